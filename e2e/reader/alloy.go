package main

import (
	"encoding/json"
	"io"
	"os"
	"strings"

	"github.com/grafana/alloy/syntax/ast"
	"github.com/grafana/alloy/syntax/parser"
)

// configuration is what Alloy's own parser makes of a file.
type configuration struct {
	// Components with their labels: `loki.write.loki`.
	Components []string `json:"components"`
	// What expressions refer to: `loki.write.loki.receiver`.
	References []string `json:"references"`
}

// alloy reads one file, and nothing behind it.
func alloy(stream io.Reader) func() (json.RawMessage, error) {
	isRead := false
	return func() (json.RawMessage, error) {
		if isRead {
			return nil, io.EOF
		}
		isRead = true
		text, err := io.ReadAll(stream)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(os.Stdin.Name(), text)
		if err != nil {
			return nil, err
		}
		found := configuration{Components: []string{}, References: []string{}}
		for _, statement := range file.Body {
			if block, ok := statement.(*ast.BlockStmt); ok {
				found.Components = append(found.Components, strings.Join(append(block.Name, block.Label), "."))
			}
		}
		ast.Walk(&found, file)
		return json.Marshal(found)
	}
}

// Visit notes the longest name of each access.
func (found *configuration) Visit(node ast.Node) ast.Visitor {
	if expression, ok := node.(ast.Expr); ok {
		if name, ok := nameOf(expression); ok {
			found.References = append(found.References, name)
			return nil
		}
	}
	return found
}

func nameOf(expression ast.Expr) (string, bool) {
	switch one := expression.(type) {
	case *ast.IdentifierExpr:
		return one.Ident.Name, true
	case *ast.AccessExpr:
		name, ok := nameOf(one.Value)
		return name + "." + one.Name.Name, ok
	}
	return "", false
}
