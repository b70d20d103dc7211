// The station: its limit, its line, its distribution and its mean.
package main

import (
	"context"
	"errors"
	"math"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
	"time"
)

func TestNoMoreThanItsSlotsAreWorkedOnAtOnce(t *testing.T) {
	s := newStation(2, 0, "pod")
	var mutex sync.Mutex
	var all sync.WaitGroup
	inside, most := 0, 0
	for range 12 {
		all.Go(func() {
			s.serve(context.Background(), func() {
				mutex.Lock()
				inside++
				most = max(most, inside)
				mutex.Unlock()
				time.Sleep(5 * time.Millisecond)
				mutex.Lock()
				inside--
				mutex.Unlock()
			})
		})
	}
	all.Wait()
	if most != 2 {
		t.Errorf("%d were worked on at once, want 2", most)
	}
}

func TestWithoutASlotsLimitNobodyWaits(t *testing.T) {
	s := newStation(0, 0, "pod")
	both := make(chan struct{})
	meet := func() {
		select {
		case both <- struct{}{}:
		case <-both:
		}
	}
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { s.serve(context.Background(), meet) })
	}
	all.Wait()
}

func TestTheLineIsServedInOrderAndItsWaitIsTold(t *testing.T) {
	s := newStation(1, 0, "pod")
	release := make(chan struct{})
	entered := make(chan struct{})
	go s.serve(context.Background(), func() { close(entered); <-release })
	<-entered
	order := make(chan int, 3)
	var all sync.WaitGroup
	for place := range 3 {
		all.Go(func() {
			stayed, err := s.serve(context.Background(), func() { order <- place })
			if err != nil || stayed.wait < 20*time.Millisecond {
				t.Errorf("place %d waited %s, %v", place, stayed.wait, err)
			}
		})
		time.Sleep(20 * time.Millisecond) // each is in line before the next one comes
	}
	close(release)
	all.Wait()
	for want := range 3 {
		if got := <-order; got != want {
			t.Errorf("place %d was served as number %d", got, want)
		}
	}
}

func TestAClientThatLeavesGivesUpItsPlace(t *testing.T) {
	s := newStation(1, 0, "pod")
	s.slots <- struct{}{}
	gone, leave := context.WithCancel(context.Background())
	leave()
	if _, err := s.serve(gone, func() { t.Error("worked without a client") }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Mean and variation of what is slept: 1 for an exponential time, 0 for a constant one.
func TestItSleepsExponentiallyAndKeepsTheMean(t *testing.T) {
	const mean, lanes, each = 4 * time.Millisecond, 40, 50
	s := newStation(0, mean, "pod")
	slept := make([]float64, lanes*each)
	var all sync.WaitGroup
	for lane := range lanes {
		all.Go(func() {
			for turn := range each {
				stayed, _ := s.serve(context.Background(), func() {})
				slept[lane*each+turn] = stayed.service.Seconds() / mean.Seconds()
			}
		})
	}
	all.Wait()
	sum, squares := 0.0, 0.0
	for _, value := range slept {
		sum += value
		squares += value * value
	}
	average := sum / float64(len(slept))
	variation := math.Sqrt(squares/float64(len(slept))-average*average) / average
	if math.Abs(average-1) > 0.1 || math.Abs(variation-1) > 0.15 {
		t.Errorf("mean %.3f of what was asked for, coefficient of variation %.3f", average, variation)
	}
}

func TestDrawsFollowFromTheName(t *testing.T) {
	draw := func(name string) float64 { return newStation(0, 0, name).draws.ExpFloat64() }
	if draw("web-1") != draw("web-1") || draw("web-1") == draw("web-2") {
		t.Error("one name, one series; another name, another")
	}
}

func TestAnswersTellTheirTimes(t *testing.T) {
	handler := routes(defaults(), newLifecycle(0, false), "pod")
	stayed := get(t, handler, "/").Header().Get("Server-Timing")
	if !regexp.MustCompile(`^wait;dur=\d+\.\d{3}, service;dur=\d+\.\d{3}$`).MatchString(stayed) {
		t.Errorf("got %q", stayed)
	}
}

func TestProbesDoNotWaitInLine(t *testing.T) {
	one := defaults()
	one.slots, one.service = 1, time.Hour
	handler := routes(one, newLifecycle(0, false), "pod")
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	request := httptest.NewRequest("GET", "/", nil).WithContext(ctx)
	go handler.ServeHTTP(httptest.NewRecorder(), request)
	expectStatuses(t, handler, map[string]int{"/healthz/ready": 200, "/healthz/live": 200})
}

func TestSlotsAreAWholeNumber(t *testing.T) {
	for _, text := range []string{"-1", "1.5", "many"} {
		t.Setenv("SLOTS", text)
		if _, err := readSettings(); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	t.Setenv("SLOTS", "3")
	t.Setenv("SERVICE_MILLISECONDS", "35")
	if s, err := readSettings(); err != nil || s.slots != 3 || s.service != 35*time.Millisecond {
		t.Errorf("got %+v, %v", s, err)
	}
}
