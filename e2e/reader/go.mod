module evenkeel/e2e/reader

go 1.26.0

require (
	github.com/grafana/alloy/syntax v0.1.0
	go.yaml.in/yaml/v3 v3.0.4
	k8s.io/apimachinery v0.36.3
)

require (
	github.com/fatih/color v1.15.0 // indirect
	github.com/mattn/go-colorable v0.1.13 // indirect
	github.com/mattn/go-isatty v0.0.17 // indirect
	go.yaml.in/yaml/v2 v2.4.3 // indirect
	golang.org/x/sys v0.6.0 // indirect
	sigs.k8s.io/json v0.0.0-20250730193827-2d320260d730 // indirect
	sigs.k8s.io/yaml v1.6.0 // indirect
)
