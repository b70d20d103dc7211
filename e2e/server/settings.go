// Settings: what the image's environment says about the service.
package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"time"
)

type settings struct {
	port string
	// Port of its metrics. Empty: none.
	metricsPort string
	startedPath string
	readyPath   string
	livePath    string
	version     string
	component   string
	slowStart   time.Duration
	work        time.Duration
	lameDuck    time.Duration
	neverReady  bool
	// Mean of the exponential time that a request takes.
	service time.Duration
	// Requests worked on at once. 0: no limit.
	slots int
	// Connections to the database. 0: none.
	poolSize int
	// Queue to work off, how long a message takes, and how many are fetched ahead. Empty: none.
	queue    string
	message  time.Duration
	prefetch int
	// Time between two numbered lines of its log. 0: none.
	speak time.Duration
}

func readSettings() (settings, error) {
	read := settings{
		port:        variable("PORT", "8080"),
		metricsPort: os.Getenv("METRICS_PORT"),
		startedPath: variable("STARTED_PATH", "/healthz/started"),
		readyPath:   variable("READY_PATH", "/healthz/ready"),
		livePath:    variable("LIVE_PATH", "/healthz/live"),
		version:     os.Getenv("VERSION"),
		component:   os.Getenv("COMPONENT"),
		neverReady:  os.Getenv("NEVER_READY") == "true",
		queue:       os.Getenv("BROKER_QUEUE"),
	}
	durations := []struct {
		name     string
		fallback string
		unit     time.Duration
		into     *time.Duration
	}{
		{"START_SECONDS", "2", time.Second, &read.slowStart},
		{"WORK_MILLISECONDS", "0", time.Millisecond, &read.work},
		{"SERVICE_MILLISECONDS", "0", time.Millisecond, &read.service},
		{"LAME_DUCK_SECONDS", "5", time.Second, &read.lameDuck},
		{"MESSAGE_MILLISECONDS", "0", time.Millisecond, &read.message},
		{"SPEAK_MILLISECONDS", "0", time.Millisecond, &read.speak},
	}
	for _, d := range durations {
		value, err := amount(variable(d.name, d.fallback), d.unit)
		if err != nil {
			return settings{}, fmt.Errorf("%s: %w", d.name, err)
		}
		*d.into = value
	}
	counts := []struct {
		name     string
		fallback string
		into     *int
	}{{"POOL_SIZE", "0", &read.poolSize}, {"PREFETCH", "1", &read.prefetch}, {"SLOTS", "0", &read.slots}}
	for _, c := range counts {
		value, err := strconv.ParseUint(variable(c.name, c.fallback), 10, 10)
		if err != nil {
			return settings{}, fmt.Errorf("%s: %w", c.name, err)
		}
		*c.into = int(value)
	}
	return read, nil
}

func variable(name, fallback string) string {
	if value, set := os.LookupEnv(name); set && value != "" {
		return value
	}
	return fallback
}

// An hour is longer than any test runs, and keeps the product far from an overflow.
func amount(text string, unit time.Duration) (time.Duration, error) {
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(number) || number < 0 || number > float64(time.Hour/unit) {
		return 0, fmt.Errorf("%q: expected a number from 0 to %d", text, time.Hour/unit)
	}
	return time.Duration(number * float64(unit)), nil
}
