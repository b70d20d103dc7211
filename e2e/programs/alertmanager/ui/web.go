// Package ui replaces the pages of Alertmanager: its module has only their sources, and no proof opens them.
package ui

import "github.com/prometheus/common/route"

// Register serves no pages.
func Register(*route.Router) {}
