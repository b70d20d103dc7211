module evenkeel/e2e/collector

go 1.26
