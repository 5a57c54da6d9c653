package manifest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// node is a value in a manifest, and where it begins.
type node struct {
	is     shape
	at     Position
	text   string // of a scalar
	items  []*node
	fields []field
}

type field struct{ key, value *node }

// shape is what a value is written as.
type shape int

const (
	isNull shape = iota
	isBool
	isInteger
	isFloat
	isString
	isList
	isMapping
)

// syntaxError is why a file can't be read. A refusal is about something that
// YAML has and a manifest doesn't: it is of no interest in a YAML file that is
// no manifest.
type syntaxError struct {
	Fault
	refusal bool
}

func invalid(at Position, format string, args ...any) *syntaxError {
	return &syntaxError{Fault{at, fmt.Sprintf(format, args...)}, false}
}

func refused(at Position, format string, args ...any) *syntaxError {
	return &syntaxError{Fault{at, fmt.Sprintf(format, args...)}, true}
}

// parse reads a YAML file. It returns nil for a file without content. Keys that
// stand twice in a mapping are faults; the first counts.
//
// The tokens are the YAML library's, the tree is built here: the library's own
// parser takes a stack frame for each key of a mapping and time with the square
// of their number (7 s for 300 KB), and a nesting of any depth.
func parse(file, source string, faults *faults) (*node, *syntaxError) {
	p := &treeParser{file: file, faults: faults}
	if err := p.scan(source); err != nil {
		return nil, err
	}
	return p.document()
}

type treeParser struct {
	file   string
	faults *faults
	tokens []*token.Token
	depth  int
}

// scan makes the tokens, without comments.
func (p *treeParser) scan(source string) (err *syntaxError) {
	defer func() {
		// The scanner is not ours, and what it reads is anybody's.
		if r := recover(); r != nil {
			err = invalid(Position{File: p.file}, "not readable as YAML")
		}
	}()
	for _, t := range lexer.Tokenize(source) {
		switch t.Type {
		case token.CommentType:
			continue
		case token.InvalidType:
			return invalid(p.at(t), "not valid YAML: %s", t.Error)
		case token.AnchorType, token.AliasType:
			return refused(p.at(t), "a manifest can't have anchors (&) or aliases (*)%s", quoteHint(t))
		case token.TagType:
			return refused(p.at(t), "a manifest can't have tags (!)%s", quoteHint(t))
		case token.MergeKeyType:
			return refused(p.at(t), "a manifest can't have merge keys (<<)")
		case token.MappingKeyType:
			return refused(p.at(t), "a manifest can't have explicit keys (?)")
		case token.DirectiveType:
			return refused(p.at(t), "a manifest can't have directives (%%)")
		}
		p.tokens = joined(append(p.tokens, t))
	}
	return nil
}

// joined puts plain text with a colon inside, such as the id app:main, together
// again: within {} the scanner takes it for a key and a value.
func joined(tokens []*token.Token) []*token.Token {
	n := len(tokens)
	if n < 3 {
		return tokens
	}
	key, colon, value := tokens[n-3], tokens[n-2], tokens[n-1]
	if colon.Type != token.MappingValueType || !isPlain(key) || !isPlain(value) ||
		key.Position.Line != colon.Position.Line || colon.Position.Line != value.Position.Line ||
		key.Position.Column+utf8.RuneCountInString(key.Value) != colon.Position.Column ||
		colon.Position.Column+1 != value.Position.Column {
		return tokens
	}
	whole := *key
	whole.Type, whole.Value = token.StringType, key.Value+":"+value.Value
	return append(tokens[:n-3], &whole)
}

// isPlain says whether a token is a scalar without quotes.
func isPlain(t *token.Token) bool {
	return isScalar(t) && t.Type != token.SingleQuoteType && t.Type != token.DoubleQuoteType
}

func quoteHint(t *token.Token) string {
	return fmt.Sprintf("; put quotes around text that begins with %s", quoted(t.Value[:min(1, len(t.Value))]))
}

func (p *treeParser) at(t *token.Token) Position {
	return Position{p.file, max(1, t.Position.Line), max(1, t.Position.Column)}
}

// peek is the next token, or nil at the end of the document.
func (p *treeParser) peek() *token.Token {
	if len(p.tokens) == 0 {
		return nil
	}
	return p.tokens[0]
}

func (p *treeParser) next() *token.Token {
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *treeParser) nextIs(kind token.Type) bool {
	return len(p.tokens) > 0 && p.tokens[0].Type == kind
}

func (p *treeParser) unexpected(t *token.Token) *syntaxError {
	return invalid(p.at(t), "not valid YAML: %s is not expected here; is the indentation right?", quoted(t.Value))
}

// strayColon is about a colon whose key, if any, was taken for the continuation
// of the line above.
func (p *treeParser) strayColon(t *token.Token) *syntaxError {
	return invalid(p.at(t), "not valid YAML: a ':' without a key on its line; is the indentation right?")
}

func (p *treeParser) document() (*node, *syntaxError) {
	if p.nextIs(token.DocumentHeaderType) {
		p.next()
	}
	for i, t := range p.tokens {
		if t.Type == token.DocumentEndType && i == len(p.tokens)-1 {
			p.tokens = p.tokens[:i]
			break
		}
		if t.Type == token.DocumentHeaderType || t.Type == token.DocumentEndType {
			return nil, refused(p.at(t), "a manifest is one YAML document; put what follows into a file of its own")
		}
	}
	if p.peek() == nil {
		return nil, nil
	}
	n, err := p.block(0, false, true)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t != nil {
		return nil, p.unexpected(t)
	}
	return n, nil
}

// block reads the value of something that stands in column parent: nothing, if
// the next token isn't further to the right. Only a list may be in the same
// column, below a key (flush). Mappings and lists that aren't in brackets may
// begin here if inner is set.
func (p *treeParser) block(parent int, flush, inner bool) (*node, *syntaxError) {
	t := p.peek()
	if t == nil {
		return &node{}, nil
	}
	column := t.Position.Column
	isList := t.Type == token.SequenceEntryType
	if column <= parent && !(flush && isList && column == parent) {
		return &node{}, nil
	}
	if err := p.enter(t); err != nil {
		return nil, err
	}
	defer p.leave()
	switch {
	case isList && inner:
		return p.blockList(column)
	case p.atKey() && inner:
		return p.blockMapping(column)
	case p.atKey() && p.tokens[1].Position.Line != t.Position.Line:
		return nil, p.strayColon(p.tokens[1])
	case isList || p.atKey():
		return nil, invalid(p.at(t), "not valid YAML: a list or mapping can't begin behind a key on the same line")
	}
	return p.inline()
}

func (p *treeParser) enter(t *token.Token) *syntaxError {
	if p.depth++; p.depth > maxDepth {
		return refused(p.at(t), "nested deeper than %d levels", maxDepth)
	}
	return nil
}

func (p *treeParser) leave() { p.depth-- }

// atKey says whether a scalar with a colon follows.
func (p *treeParser) atKey() bool {
	return len(p.tokens) > 1 && p.tokens[1].Type == token.MappingValueType && isScalar(p.tokens[0])
}

func (p *treeParser) blockList(column int) (*node, *syntaxError) {
	list := &node{is: isList, at: p.at(p.peek())}
	for {
		t := p.peek()
		if t == nil || t.Position.Column < column || t.Position.Column == column && t.Type != token.SequenceEntryType {
			return list, nil
		}
		if t.Position.Column > column {
			return nil, p.unexpected(t)
		}
		p.next()
		item, err := p.block(column, false, true)
		if err != nil {
			return nil, err
		}
		if item.is == isNull && item.at == (Position{}) {
			item.at = p.at(t)
		}
		list.items = append(list.items, item)
	}
}

func (p *treeParser) blockMapping(column int) (*node, *syntaxError) {
	m := &node{is: isMapping, at: p.at(p.peek())}
	keys := newKeys(m)
	for {
		t := p.peek()
		if t == nil || t.Position.Column < column {
			return m, nil
		}
		if t.Position.Column > column || !p.atKey() {
			return nil, p.unexpected(t)
		}
		key, err := p.key()
		if err != nil {
			return nil, err
		}
		// A key's value may be a mapping or a list if it begins on a line below.
		next := p.peek()
		below := next != nil && next.Position.Line > key.at.Line
		value, err := p.block(column, below, below)
		if err != nil {
			return nil, err
		}
		keys.add(key, value, p.faults)
	}
}

// key reads a key and its colon.
func (p *treeParser) key() (*node, *syntaxError) {
	t := p.next()
	key, err := p.scalar(t)
	if err != nil {
		return nil, err
	}
	if colon := p.next(); colon.Position.Line != t.Position.Line {
		return nil, p.strayColon(colon)
	}
	return key, nil
}

// inline reads a scalar, or a list or mapping in brackets.
func (p *treeParser) inline() (*node, *syntaxError) {
	t := p.next()
	switch t.Type {
	case token.SequenceStartType:
		return p.flowList(t)
	case token.MappingStartType:
		return p.flowMapping(t)
	case token.LiteralType, token.FoldedType:
		n := &node{is: isString, at: p.at(t)}
		if p.nextIs(token.StringType) {
			n.text = p.next().Value
		}
		return n, nil
	}
	return p.scalar(t)
}

func (p *treeParser) flowList(start *token.Token) (*node, *syntaxError) {
	list := &node{is: isList, at: p.at(start)}
	for {
		if p.peek() == nil {
			return nil, invalid(list.at, "not valid YAML: this [ has no ]")
		}
		if p.nextIs(token.SequenceEndType) {
			p.next()
			return list, nil
		}
		item, err := p.flow()
		if err != nil {
			return nil, err
		}
		list.items = append(list.items, item)
		if p.nextIs(token.CollectEntryType) {
			p.next()
		} else if t := p.peek(); t != nil && t.Type != token.SequenceEndType {
			return nil, invalid(p.at(t), "not valid YAML: expected , or ] but found %s", quoted(t.Value))
		}
	}
}

func (p *treeParser) flowMapping(start *token.Token) (*node, *syntaxError) {
	m := &node{is: isMapping, at: p.at(start)}
	keys := newKeys(m)
	for {
		t := p.peek()
		if t == nil {
			return nil, invalid(m.at, "not valid YAML: this { has no }")
		}
		if t.Type == token.MappingEndType {
			p.next()
			return m, nil
		}
		if !p.atKey() {
			return nil, invalid(p.at(t), "not valid YAML: expected a key and a colon but found %s", quoted(t.Value))
		}
		key, err := p.key()
		if err != nil {
			return nil, err
		}
		value := &node{}
		if !p.nextIs(token.CollectEntryType) && !p.nextIs(token.MappingEndType) && p.peek() != nil {
			if value, err = p.flow(); err != nil {
				return nil, err
			}
		}
		keys.add(key, value, p.faults)
		if p.nextIs(token.CollectEntryType) {
			p.next()
		} else if t := p.peek(); t != nil && t.Type != token.MappingEndType {
			return nil, invalid(p.at(t), "not valid YAML: expected , or } but found %s", quoted(t.Value))
		}
	}
}

// flow reads a value between brackets, where columns don't count.
func (p *treeParser) flow() (*node, *syntaxError) {
	if err := p.enter(p.peek()); err != nil {
		return nil, err
	}
	defer p.leave()
	return p.inline()
}

func isScalar(t *token.Token) bool { return shapeOf(t) >= 0 }

// shapeOf is -1 for a token that isn't a scalar.
func shapeOf(t *token.Token) shape {
	switch t.Type {
	case token.NullType:
		return isNull
	case token.BoolType:
		return isBool
	case token.IntegerType, token.BinaryIntegerType, token.OctetIntegerType, token.HexIntegerType:
		return isInteger
	case token.FloatType, token.InfinityType, token.NanType:
		return isFloat
	case token.SingleQuoteType, token.DoubleQuoteType:
		return isString
	case token.StringType:
		switch {
		case isScientific(t.Value):
			return isFloat
		case isLong(t.Value):
			return isInteger
		}
		return isString
	}
	return -1
}

// isScientific finds the numbers, such as 1e3, that the scanner takes for text.
func isScientific(s string) bool {
	if !strings.ContainsAny(s, "eE") || strings.Trim(s, "0123456789+-.eE") != "" {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// isLong finds the whole numbers of more than 64 bits, which are text to the
// scanner too. With a 0 in front it may be text: a number of another kind.
func isLong(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	return len(s)-len(digits) <= 1 && digits != "" && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}

func (p *treeParser) scalar(t *token.Token) (*node, *syntaxError) {
	is := shapeOf(t)
	if is < 0 {
		return nil, p.unexpected(t)
	}
	return &node{is: is, at: p.at(t), text: t.Value}, nil
}

// keys puts fields into a mapping and finds those that stand twice.
type keys struct {
	mapping *node
	seen    map[keyID]Position
}

// keyID tells 1 from "1": to a script they are different keys.
type keyID struct {
	is   shape
	text string
}

func newKeys(mapping *node) *keys {
	return &keys{mapping, map[keyID]Position{}}
}

func (k *keys) add(key, value *node, faults *faults) {
	id := keyID{key.is, key.text}
	if first, ok := k.seen[id]; ok {
		faults.add(key.at, "the key %s stands twice in this mapping, first in line %d", quoted(key.text), first.Line)
		return
	}
	k.seen[id] = key.at
	if value.is == isNull && value.at == (Position{}) {
		value.at = key.at
	}
	k.mapping.fields = append(k.mapping.fields, field{key, value})
}
