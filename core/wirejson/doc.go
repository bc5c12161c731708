// Package wirejson reads JSON as strangers send it: ids exact, money as text, times in many
// formats, JSON inside strings.
//
// [Decode] refuses what encoding/json takes in silence: duplicate keys, keys that differ only in
// case, trailing bytes, invalid UTF-8, and sizes that nobody sends in earnest. The types are for
// the members of an author's structs: [ID], [IntID], [Text], [Int], [Bool], [Number], [Time],
// [Embedded], [Soft], [List] and [Part]. Each takes null, and each refuses (never guesses) what it does not read.
//
// Errors name the place and the JSON type; they hold no value of the message, because the message
// holds addresses and phones.
//
// The package imports the standard library and core/money. Start reading at decode.go.
package wirejson
