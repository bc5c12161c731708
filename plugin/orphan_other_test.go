//go:build !linux

package plugin_test

const reaper = "reaper-of-orphans"

func reaperMain([]string) {}
