// Package proto_test holds the contract against files: every message with every member set, as JSON for
// people and in hexadecimal as it goes over the wire. An adapter in any language can be held against
// them too.
package proto_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sampan-go/sampan/plugin/internal/filled"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

var update = flag.Bool("update", false, "write the files again, after the contract has grown")

func TestEveryMessageIsOnTheWireAsItsFileSays(t *testing.T) {
	for _, want := range filled.Messages() {
		t.Run(want.Name, func(t *testing.T) {
			path := filepath.Join("testdata", want.Name)
			if *update {
				write(t, path, want)
			}
			text, err := os.ReadFile(path + ".json")
			require.NoError(t, err, "a new message needs its files: go test ./plugin/proto -update")
			digits, err := os.ReadFile(path + ".hex")
			require.NoError(t, err)
			data, err := hex.DecodeString(strings.Join(strings.Fields(string(digits)), ""))
			require.NoError(t, err)

			fromText, fromData := blank(want), blank(want)
			require.NoError(t, protojson.Unmarshal(text, fromText))
			require.NoError(t, proto.Unmarshal(data, fromData))
			same(t, fromText, fromData, "both files say the same")
			same(t, want, fromData, "the file has every member: go test ./plugin/proto -update, and look at what changed")
			require.Empty(t, fromData.ProtoReflect().GetUnknown())
			require.Equal(t, data, marshal(t, fromData), "read and written again it is the same, byte for byte")
		})
	}
}

func TestNoFileIsLeftOfAMessageThatIsGone(t *testing.T) {
	known := map[string]bool{}
	for _, m := range filled.Messages() {
		known[m.Name+".json"], known[m.Name+".hex"] = true, true
	}
	entries, err := os.ReadDir("testdata")
	require.NoError(t, err)
	for _, entry := range entries {
		require.True(t, known[entry.Name()], entry.Name())
	}
	require.Len(t, entries, len(known))
}

// The files would prove little if a member could be left out of them.
func TestAFilledMessageHasEveryMember(t *testing.T) {
	seen := map[protoreflect.FullName]bool{}
	for _, m := range filled.Messages() {
		m.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
			seen[field.FullName()] = true
			return true
		})
	}
	descriptors := pb.File_sampan_v1_adapter_proto.Messages()
	members := 0
	for i := range descriptors.Len() {
		require.LessOrEqual(t, descriptors.Get(i).Oneofs().Len(), 1, "filled knows one choice in a message")
		for j := range descriptors.Get(i).Fields().Len() {
			require.True(t, seen[descriptors.Get(i).Fields().Get(j).FullName()], "%s", descriptors.Get(i).Fields().Get(j).FullName())
			members++
		}
	}
	require.Greater(t, members, 150, "the test must see the contract")
}

func write(t *testing.T, path string, m filled.Message) {
	t.Helper()
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m.Message)
	require.NoError(t, err)
	var tight, pretty bytes.Buffer // protojson varies its spaces on purpose
	require.NoError(t, json.Compact(&tight, text))
	require.NoError(t, json.Indent(&pretty, tight.Bytes(), "", "  "))
	require.NoError(t, os.WriteFile(path+".json", append(pretty.Bytes(), '\n'), 0o644))
	var digits strings.Builder
	for rest := marshal(t, m.Message); len(rest) > 0; rest = rest[min(len(rest), 32):] {
		digits.WriteString(hex.EncodeToString(rest[:min(len(rest), 32)]) + "\n")
	}
	require.NoError(t, os.WriteFile(path+".hex", []byte(digits.String()), 0o644))
}

func marshal(t *testing.T, m proto.Message) []byte {
	t.Helper()
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	require.NoError(t, err)
	return append([]byte{}, data...) // an empty message is no bytes, not none
}

func blank(m filled.Message) proto.Message { return m.ProtoReflect().New().Interface() }

func same(t *testing.T, want, got proto.Message, why string) {
	t.Helper()
	require.True(t, proto.Equal(want, got), "%s\nwant: %v\ngot:  %v", why, want, got)
}
