// Judges the output of lib/tlog with golang.org/x/mod/sumdb, which shares no code with it, and makes the same output by
// itself. Reads a question as JSON from standard input and writes the findings as JSON.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	SmallSize int64    // all proofs of all trees up to this size are made
	Size      int64    // the leaves of the tree whose tiles are in Folder
	Folder    string   // our tiles
	Root      string   // our root of that tree, base64
	Indexes   []int64  // leaves to be proved from our tiles
	OldSizes  []int64  // prefixes to be proved from our tiles
	Notes     []string // our signed notes
	Vkeys     []string // of their signers
	Skey      string   // a key to sign Text with
	Text      string
}

type findings struct {
	Roots       []string          // of sizes 0 to SmallSize
	Inclusion   []string          // by size: SHA-256 over all inclusion proofs of that tree
	Consistency []string          // by size: SHA-256 over all consistency proofs to that tree
	Stored      []int64           // StoredHashIndex of some nodes
	Tiles       map[string]string // path: SHA-256 of the bytes, as Go makes them
	Checkpoint  string            // the text of Go's own checkpoint of the tree
	Opened      []bool            // whether each note opens with each vkey known
	Signed      string
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = h[index]
	}
	return out, nil
}

type folder string

func (f folder) Height() int { return 8 }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), path(tile)))
		if err != nil {
			return nil, err
		}
		out[i] = data
	}
	return out, nil
}

// The path without the height, which C2SP fixed at 8.
func path(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func leaf(i int64) []byte { return []byte(fmt.Sprintf("leaf %d", i)) }

func main() {
	var q question
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil {
		log.Fatal(err)
	}
	var store hashes
	for i := int64(0); i < q.Size; i++ {
		store = append(store, must(tlog.StoredHashes(i, leaf(i), store))...)
	}
	out := findings{Tiles: map[string]string{}}
	for size := int64(0); size <= q.SmallSize; size++ {
		out.Roots = append(out.Roots, must(tlog.TreeHash(size, store)).String())
		inclusion, consistency := sha256.New(), sha256.New()
		for i := int64(0); i < size; i++ {
			for _, hash := range must(tlog.ProveRecord(size, i, store)) {
				inclusion.Write(hash[:])
			}
			for _, hash := range must(tlog.ProveTree(size, i+1, store)) {
				consistency.Write(hash[:])
			}
		}
		out.Inclusion = append(out.Inclusion, hex.EncodeToString(inclusion.Sum(nil)))
		out.Consistency = append(out.Consistency, hex.EncodeToString(consistency.Sum(nil)))
	}
	for level := 0; level < 10; level++ {
		for n := int64(0); n < 50; n++ {
			out.Stored = append(out.Stored, tlog.StoredHashIndex(level, n))
		}
	}
	for _, tile := range tlog.NewTiles(8, 0, q.Size) {
		sum := sha256.Sum256(must(tlog.ReadTileData(tile, store)))
		out.Tiles[path(tile)] = hex.EncodeToString(sum[:])
	}

	tree := tlog.Tree{N: q.Size, Hash: must(tlog.ParseHash(q.Root))}
	out.Checkpoint = string(tlog.FormatTree(tree))
	reader := tlog.TileHashReader(tree, folder(q.Folder))
	for _, index := range q.Indexes {
		proof := must(tlog.ProveRecord(q.Size, index, reader))
		if err := tlog.CheckRecord(proof, q.Size, tree.Hash, index, tlog.RecordHash(leaf(index))); err != nil {
			log.Fatal(err)
		}
	}
	for _, size := range q.OldSizes {
		proof := must(tlog.ProveTree(q.Size, size, reader))
		if err := tlog.CheckTree(proof, q.Size, tree.Hash, size, must(tlog.TreeHash(size, store))); err != nil {
			log.Fatal(err)
		}
	}

	for _, vkey := range q.Vkeys {
		known := note.VerifierList(must(note.NewVerifier(vkey)))
		for _, text := range q.Notes {
			_, err := note.Open([]byte(text), known)
			out.Opened = append(out.Opened, err == nil)
		}
	}
	out.Signed = string(must(note.Sign(&note.Note{Text: q.Text}, must(note.NewSigner(q.Skey)))))
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		log.Fatal(err)
	}
}
