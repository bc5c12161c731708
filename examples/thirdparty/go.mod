// An adapter in a module of its own, as a stranger would write it. check.sh builds a copy of it outside
// of Sampan's tree; there it learns where Sampan is.
module example.com/your-adapter

go 1.26.0
