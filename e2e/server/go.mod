module evenkeel/e2e/server

go 1.26
