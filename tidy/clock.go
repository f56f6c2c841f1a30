package tidy

import (
	"go/ast"
	"slices"
)

const stampReason = "//tidy:stamp "

// Stamps finds where the clock on the wall, which anybody may set, is taken apart from the one that nobody sets:
// t.Unix() and its like, t.Round(0), and durations from or to the Time() of a stamp. A duration that is computed of
// these, a patience above all, jumps with the clock. A line that ends in "//tidy:stamp reason", or follows one that
// does, may: it makes or shows a stamp. Tests are apart.
func Stamps() Rule {
	return eachGo(func(f *File) (faults []Fault) {
		if f.isTest() {
			return nil
		}
		allowed := excused(f, stampReason)
		ast.Inspect(f.code, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if ok && ofTheWall(call) && !allowed[f.line(call.End())] {
				faults = append(faults, f.fault(f.line(call.End()), "takes the time off the wall, where it may be set: keep a time.Time or a duration since one, or give the reason as %sreason", stampReason))
			}
			return true
		})
		return faults
	})
}

// ofTheWall tells whether a call forgets the clock that nobody sets, or measures by what has.
func ofTheWall(call *ast.CallExpr) bool {
	s, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch s.Sel.Name {
	case "Unix", "UnixMilli", "UnixMicro", "UnixNano":
		return len(call.Args) == 0 // not time.Unix(s, ns), whose numbers come from somewhere
	case "Round":
		zero, ok := only(call.Args).(*ast.BasicLit)
		return ok && zero.Value == "0"
	case "Since", "Until", "Sub", "After", "Before", "Compare":
		return slices.ContainsFunc(append([]ast.Expr{s.X}, call.Args...), isStamp)
	}
	return false
}

// only is the one of list; nil = there is none or there are more.
func only(list []ast.Expr) ast.Expr {
	if len(list) != 1 {
		return nil
	}
	return list[0]
}

// isStamp tells whether e is x.Time(), a stamp as the standard library has it.
func isStamp(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) != 0 {
		return false
	}
	s, ok := call.Fun.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "Time"
}
