module evenkeel/e2e/load

go 1.26
