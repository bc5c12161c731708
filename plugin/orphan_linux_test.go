package plugin_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const reaper = "reaper-of-orphans"

// reaperMain starts a host that is killed, and says how its adapter ended: the system makes this
// process the parent of orphans below it.
func reaperMain(args []string) {
	const setChildSubreaper = 36
	if _, _, e := syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0); e != 0 {
		panic(e)
	}
	host := exec.Command(os.Args[0], append([]string{dyingHost}, args...)...)
	out, err := host.StdoutPipe()
	if err == nil {
		err = host.Start()
	}
	var pid int
	if err == nil {
		_, err = fmt.Fscan(out, &pid)
	}
	if err != nil {
		panic(err)
	}
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // the write is at its gateway now
	_ = host.Process.Kill()
	_ = host.Wait()
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil {
		panic(err)
	}
	fmt.Printf("exited=%t code=%d signal=%v\n", status.Exited(), status.ExitStatus(), status.Signal())
}

// An adapter that logs all the time is in the middle of a write when its host is killed: nobody reads
// its log any more.
func TestAnOrphanDoesNotDieOfItsLog(t *testing.T) {
	t.Parallel()
	request := make(chan int64, 10)
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		request <- n
		<-r.Context().Done()
	}))
	defer gateway.Close()
	c := exec.Command(os.Args[0], reaper, "serve", "chatty:"+gateway.URL, "writing")
	tell, err := c.StdinPipe()
	require.NoError(t, err)
	said, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	select {
	case n := <-request:
		require.EqualValues(t, 1<<20, n, "the gateway must have seen the whole request")
	case <-time.After(20 * time.Second):
		t.Fatal("no request came")
	}
	_, err = fmt.Fprintln(tell)
	require.NoError(t, err)
	ended, err := io.ReadAll(said)
	require.NoError(t, err)
	require.NoError(t, c.Wait())
	require.Equal(t, "exited=true code=0 signal=signal -1\n", string(ended), "SIGPIPE must not end it")
	require.Empty(t, request, "no request begins after the host's death")
}
