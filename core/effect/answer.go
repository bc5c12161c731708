package effect

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// badAnswer is an answer that came and cannot be used.
type badAnswer string

func (e badAnswer) Error() string { return string(e) }

// readAnswer reads the whole body, after decompression, and never more than the cap and one byte.
// Nothing is followed: a redirect would carry keys and signature to another host.
func readAnswer(answer *http.Response) (Response, error) {
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode < 200 || answer.StatusCode >= 300 && answer.StatusCode < 400 {
		return Response{}, badAnswer(fmt.Sprintf("HTTP %d, which is not followed; check base_url", answer.StatusCode))
	}
	if packed := answer.Header.Get("Content-Encoding"); packed != "" && !strings.EqualFold(packed, "identity") {
		return Response{}, badAnswer("the answer is compressed in a way that was not asked for")
	}
	var read bytes.Buffer
	if size := answer.ContentLength; size > 0 && size <= bodyCap {
		read.Grow(int(size) + bytes.MinRead) // what it says of its length is no more than a hint
	}
	_, err := read.ReadFrom(io.LimitReader(answer.Body, bodyCap+1))
	body := read.Bytes()
	if len(body) > bodyCap {
		return Response{}, badAnswer(fmt.Sprintf("the answer is larger than %d MiB", bodyCap>>20))
	}
	if err != nil {
		return Response{}, err
	}
	return Response{Status: answer.StatusCode, Header: answer.Header, Body: body}, nil
}
