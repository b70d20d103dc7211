// Work and settings: CPU time is really used, and wrong numbers are refused.
package main

import (
	"runtime"
	"testing"
	"time"
)

func TestBurnUsesCPUTime(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadTime()
	burn(40 * time.Millisecond)
	if used := threadTime() - before; used < 40*time.Millisecond || used > 120*time.Millisecond {
		t.Errorf("used %s of CPU, want about 40ms", used)
	}
}

func TestSettingsHaveDefaults(t *testing.T) {
	s, err := readSettings()
	if err != nil {
		t.Fatal(err)
	}
	if s.port != "8080" || s.slowStart != 2*time.Second || s.lameDuck != 5*time.Second || s.work != 0 || s.neverReady {
		t.Errorf("got %+v", s)
	}
}

func TestSettingsTakeFractions(t *testing.T) {
	t.Setenv("WORK_MILLISECONDS", "0.25")
	s, err := readSettings()
	if err != nil || s.work != 250*time.Microsecond {
		t.Errorf("got %s, %v", s.work, err)
	}
}

func TestSettingsRefuseWhatIsNoAmount(t *testing.T) {
	for _, text := range []string{"-1", "two", "NaN", "Inf", "1e12"} {
		t.Setenv("START_SECONDS", text)
		if _, err := readSettings(); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestSettingsCountConnectionsAndMessages(t *testing.T) {
	t.Setenv("POOL_SIZE", "12")
	s, err := readSettings()
	if err != nil || s.poolSize != 12 || s.prefetch != 1 {
		t.Errorf("got %+v, %v", s, err)
	}
	for _, text := range []string{"-1", "1.5", "many", "9999"} {
		t.Setenv("POOL_SIZE", text)
		if _, err := readSettings(); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
