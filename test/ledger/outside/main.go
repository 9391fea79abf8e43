// Verifies a log of this project, and proofs of its records, with golang.org/x/mod/sumdb and no code of the project: it
// knows only what docs/ledger.md says. Reads a question as JSON from standard input, and writes faults to standard error.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Folder string   // the log's files
	Vkey   string   // the log's
	Proofs []string // tlog-proof files
	Older  string   // an older checkpoint of the log
}

type findings struct {
	Origin string
	Size   int64
	Kinds  map[string]int // entries by kind
	Proven []string       // ids of the records that the proofs prove
}

func check(err error, what string) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

type folder string

func (f folder) Height() int                     { return 8 }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) path(t tlog.Tile) string         { return strings.Replace(t.Path(), "tile/8/", "tile/", 1) }
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), f.path(tile)))
		if err != nil {
			return nil, err
		}
		out[i] = data
	}
	return out, nil
}

// The signed tree of a checkpoint, once the signature is verified.
func open(signed []byte, verifiers note.Verifiers) (string, tlog.Tree) {
	opened, err := note.Open(signed, verifiers)
	check(err, "checkpoint")
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	root, err := tlog.ParseHash(lines[2])
	check(err, "root")
	return lines[0], tlog.Tree{N: size, Hash: root}
}

// id, digest and kind of a record's log entry.
func entryOf(canonical []byte) (string, []byte) {
	var record struct{ Id, Kind string }
	check(json.Unmarshal(canonical, &record), "record")
	id, err := hex.DecodeString(record.Id)
	check(err, "id")
	digest := sha256.Sum256(canonical)
	return record.Id, bytes.Join([][]byte{id, digest[:], []byte(record.Kind)}, nil)
}

func main() {
	log.SetFlags(0)
	var q question
	check(json.NewDecoder(os.Stdin).Decode(&q), "question")
	verifier, err := note.NewVerifier(q.Vkey)
	check(err, "vkey")
	verifiers := note.VerifierList(verifier)

	signed, err := os.ReadFile(filepath.Join(q.Folder, "checkpoint"))
	check(err, "checkpoint")
	origin, tree := open(signed, verifiers)
	found := findings{Origin: origin, Size: tree.N, Kinds: map[string]int{}}
	files := folder(q.Folder)
	reader := tlog.TileHashReader(tree, files)

	// Every leaf, from the entry bundles, against hashes that lead to the root.
	for first := int64(0); first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}
		bundle, err := os.ReadFile(filepath.Join(q.Folder, strings.Replace(files.path(tile), "tile/0/", "tile/entries/", 1)))
		check(err, "bundle")
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		hashes, err := reader.ReadHashes(indexes)
		check(err, "hashes")
		for i := int64(0); i < width; i++ {
			length := binary.BigEndian.Uint16(bundle)
			entry := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			if tlog.RecordHash(entry) != hashes[i] {
				log.Fatalf("leaf %d is not its entry", first+i)
			}
			found.Kinds[string(entry[48:])]++
		}
		if len(bundle) != 0 {
			log.Fatal("a bundle has more entries than leaves")
		}
	}

	_, older := open([]byte(q.Older), verifiers)
	consistency, err := tlog.ProveTree(tree.N, older.N, reader)
	check(err, "consistency")
	check(tlog.CheckTree(consistency, tree.N, tree.Hash, older.N, older.Hash), "consistency")

	for _, file := range q.Proofs {
		parts := strings.SplitN(file, "\n\n", 2)
		lines := strings.Split(parts[0], "\n")
		if lines[0] != "c2sp.org/tlog-proof@v1" {
			log.Fatal("this is no proof")
		}
		canonical, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
		check(err, "extra")
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
		check(err, "index")
		var proof tlog.RecordProof
		for _, line := range lines[3:] {
			hash, err := tlog.ParseHash(line)
			check(err, "hash")
			proof = append(proof, hash)
		}
		_, proofTree := open([]byte(parts[1]), verifiers)
		id, entry := entryOf(canonical)
		check(tlog.CheckRecord(proof, proofTree.N, proofTree.Hash, index, tlog.RecordHash(entry)), "proof")
		found.Proven = append(found.Proven, id)
	}
	out, err := json.Marshal(found)
	check(err, "findings")
	fmt.Println(string(out))
}
