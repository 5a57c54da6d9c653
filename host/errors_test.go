package host

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestErrorTexts(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	for _, name := range []string{"app:processes", "app:workers", "jobs:heavy"} {
		must(n.AddHost(HostOptions{Name: name}))
	}
	spawnOn := func(host string) error {
		_, err := n.Spawn(SpawnRequest{Program: &fake{}, Host: host})
		return err
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{n.Send("{app:processes|0x00007}", "t", nil), "no such process: {app:processes|0x00007}"},
		{n.Send("worker", "t", nil), "no such process: worker"},
		{n.Send("worker", "", nil), "bad topic: it is empty"},
		{n.Send("worker", "@x", nil), "bad topic: @x (@ is reserved)"},
		{spawnOn("app:proceses"), "host not found: app:proceses; did you mean app:processes?"},
		{spawnOn("zzz"), "host not found: zzz; there is app:processes, app:workers, jobs:heavy"},
		{spawnOn(""), "host not found: ; there is app:processes, app:workers, jobs:heavy"},
		{n.AddHost(HostOptions{Name: "app:workers"}), "host exists already: app:workers"},
		{n.AddHost(HostOptions{Name: "a b"}), `bad host name: "a b"`},
		{
			n.Send("{"+strings.Repeat("x", 1000), "t", nil),
			"no such process: {" + strings.Repeat("x", 199) + "...",
		},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", c.err, c.want)
		}
	}
}

func TestKind(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{ErrNoProcess, "NotFound"},
		{fmt.Errorf("send: %w", refuseValue(ErrMailboxFull, "x")), "LimitExceeded"},
		{ErrClosed, "Unavailable"},
		{fmt.Errorf("step: %w", &Kill{KindCPU, "x"}), "cpu"},
		{errors.New("x"), "Internal"},
	} {
		if got := Kind(c.err); got != c.want {
			t.Errorf("%v: got %s, want %s", c.err, got, c.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"abc", "abc", 0}, {"abcd", "acbd", 2},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%s, %s: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
