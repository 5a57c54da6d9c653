package sandbox

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/luahive/luahive/sandbox/manifest"
)

// service is a supervised process: one that failed is started again, later each
// time, until it has run for a while.
type service struct {
	app   *App
	entry *manifest.ServiceEntry
	args  []any

	started chan struct{} // closed when its first process was spawned, or it gave up
	stop    chan struct{} // closed to ask it to end
	asked   sync.Once     // closes stop
	kill    chan struct{} // closed to end it at once
	done    chan struct{}
	err     error // why it gave up; valid when done is closed
}

func newService(app *App, e *manifest.ServiceEntry) *service {
	return &service{
		app: app, entry: e, args: e.Input,
		started: make(chan struct{}),
		stop:    make(chan struct{}),
		kill:    app.kill,
		done:    make(chan struct{}),
	}
}

// run supervises until the process ends normally, the service is stopped, or it
// failed too often.
func (s *service) run() {
	defer close(s.done)
	log := s.app.runtime.logger.With("service", s.entry.ID)
	failures := 0
	for first := true; ; first = false {
		begun := time.Now()
		err := s.once(first)
		if err == nil || s.stopping() {
			return
		}
		if time.Since(begun) >= s.entry.Restart.StableThreshold {
			failures = 0
		}
		failures++
		if most := s.entry.Restart.MaxAttempts; most > 0 && failures > most {
			s.err = fmt.Errorf("%s: gave up after %d restarts: %w", s.entry.ID, most, err)
			log.Error("service failed, no more restarts", "restarts", most, "error", err)
			return
		}
		delay := s.delay(failures)
		log.Warn("service failed, it restarts", "in", delay.Round(time.Millisecond), "failures", failures, "error", err)
		select {
		case <-time.After(delay):
		case <-s.stop:
			return
		case <-s.kill:
			return
		}
	}
}

// once runs the service's process to its end.
func (s *service) once(first bool) error {
	p, err := s.app.Spawn(s.entry.Process, s.entry.Host, s.args...)
	if first {
		close(s.started)
	}
	if err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-s.kill:
		_ = p.Terminate()
		<-p.done
	case <-s.stop:
		s.end(p)
	}
	if p.exit.Err != nil {
		return p.exit.Err
	}
	return nil
}

// end asks the process to end, and makes it when it doesn't in time.
func (s *service) end(p *Process) {
	_ = p.Cancel("shutdown") // it may have ended already
	select {
	case <-p.done:
		return
	case <-time.After(s.entry.StopTimeout):
		s.app.runtime.logger.Warn("service didn't stop in time, it is terminated",
			"service", s.entry.ID, "stop_timeout", s.entry.StopTimeout)
	case <-s.kill:
	}
	_ = p.Terminate()
	<-p.done
}

func (s *service) stopping() bool {
	select {
	case <-s.stop:
		return true
	case <-s.kill:
		return true
	default:
		return false
	}
}

// delay grows by the factor with each failure, up to the most, and is spread by
// the jitter so that services that failed together don't restart together.
func (s *service) delay(failures int) time.Duration {
	r := s.entry.Restart
	d := float64(r.InitialDelay) * math.Pow(r.BackoffFactor, float64(failures-1))
	d = min(d, float64(r.MaxDelay))
	d *= 1 + r.Jitter*(2*rand.Float64()-1)
	return time.Duration(d)
}

// StartServices starts the services that start by themselves, and those that
// they require before them.
func (a *App) StartServices() error {
	for _, e := range a.manifest.Services {
		if e.AutoStart {
			if err := a.startService(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// startService starts a service behind what it requires. The manifest has no
// cycles.
func (a *App) startService(e *manifest.ServiceEntry) error {
	a.mu.Lock()
	running := a.mu.services[e.ID] != nil
	closed := a.mu.stopped
	a.mu.Unlock()
	if running {
		return nil
	}
	if closed {
		return ErrClosed
	}
	for _, id := range e.Requires {
		if required := a.manifest.Service(id); required != nil {
			if err := a.startService(required); err != nil {
				return err
			}
		}
	}
	s := newService(a, e)
	a.mu.Lock()
	if a.mu.stopped {
		a.mu.Unlock()
		return ErrClosed
	}
	a.mu.services[e.ID] = s
	a.mu.order = append(a.mu.order, s)
	a.services.Go(s.run)
	a.mu.Unlock()
	<-s.started
	return nil
}

// Wait waits until every service has ended, and returns why the first of them
// gave up. When the context ends first it returns the context's error.
func (a *App) Wait(ctx context.Context) error {
	a.mu.Lock()
	order := a.mu.order
	a.mu.Unlock()
	var first error
	for _, s := range order {
		select {
		case <-s.done:
			if first == nil {
				first = s.err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return first
}

// Stop asks the services to end, the last started first, each with a CANCEL
// event; one that hasn't ended after its stop_timeout is terminated. When the
// context ends first, all that still run are terminated at once.
func (a *App) Stop(ctx context.Context) {
	a.mu.Lock()
	a.mu.stopped = true
	order := a.mu.order
	a.mu.Unlock()
	for i := len(order) - 1; i >= 0; i-- {
		s := order[i]
		s.asked.Do(func() { close(s.stop) })
		select {
		case <-s.done:
		case <-ctx.Done():
			a.stopServices()
			<-s.done
		}
	}
}
