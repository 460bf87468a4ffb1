// Verifies a log with the code of Go's checksum database (golang.org/x/mod/sumdb), which knows nothing of ours.
//
// verify-log FOLDER: FOLDER/keys has the vkey of the log and below it those of the witnesses, FOLDER/sizes the sizes at which
// FOLDER/checkpoints/SIZE is a cosigned checkpoint, and FOLDER/tile the tiles and entries of the largest.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The package note knows signatures of type 1 alone: this is type 4 of c2sp.org/tlog-cosignature.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), text)
	return ed25519.Verify(c.key, []byte(message), sig[8:])
}

func newCosigner(vkey string) note.Verifier {
	parts := strings.SplitN(vkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	if len(key) != 33 || key[0] != 4 {
		fail("%s is no key of a witness", vkey)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		fail("%s has the id %08x", vkey, hash)
	}
	return cosigner{parts[0], hash, key[1:]}
}

// Reads tiles as C2SP lays them out: without the height that Go has in its paths.
type tiles struct{ folder string }

func (t tiles) Height() int                         { return 8 }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(t.folder, tilePath(tile)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func tilePath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}

func main() {
	folder := os.Args[1]
	verifiers := readKeys(folder)
	var trees []tlog.Tree
	for _, size := range lines(folder, "sizes") {
		trees = append(trees, openCheckpoint(folder, size, verifiers))
	}
	last := trees[len(trees)-1]
	reader := tlog.TileHashReader(last, tiles{folder})
	leaves := readLeaves(folder, last.N)
	rebuild(folder, trees, leaves)
	for i := range leaves {
		proof, err := tlog.ProveRecord(last.N, int64(i), reader)
		check(err)
		check(tlog.CheckRecord(proof, last.N, last.Hash, int64(i), leaves[i]))
	}
	for i, to := range trees {
		for _, from := range trees[:i] {
			proof, err := tlog.ProveTree(to.N, from.N, reader)
			check(err)
			check(tlog.CheckTree(proof, to.N, to.Hash, from.N, from.Hash))
		}
	}
	fmt.Printf("verified %d leaves at %d sizes\n", last.N, len(trees))
}

func readKeys(folder string) []note.Verifier {
	keys := lines(folder, "keys")
	log, err := note.NewVerifier(keys[0])
	check(err)
	verifiers := []note.Verifier{log}
	for _, vkey := range keys[1:] {
		verifiers = append(verifiers, newCosigner(vkey))
	}
	return verifiers
}

// Each key must have signed. Go's ParseTree demands another first line, so that the three lines are read here.
func openCheckpoint(folder, size string, verifiers []note.Verifier) tlog.Tree {
	data, err := os.ReadFile(filepath.Join(folder, "checkpoints", size))
	check(err)
	opened, err := note.Open(data, note.VerifierList(verifiers...))
	check(err)
	if len(opened.Sigs) != len(verifiers) {
		fail("%d of %d keys signed the checkpoint %s", len(opened.Sigs), len(verifiers), size)
	}
	text := strings.Split(opened.Text, "\n")
	if len(text) != 4 || text[0] != verifiers[0].Name() || text[1] != size {
		fail("the checkpoint %s is %q", size, opened.Text)
	}
	n, err := strconv.ParseInt(text[1], 10, 64)
	check(err)
	hash, err := tlog.ParseHash(text[2])
	check(err)
	return tlog.Tree{N: n, Hash: hash}
}

func readLeaves(folder string, size int64) []tlog.Hash {
	var leaves []tlog.Hash
	for n := int64(0); n*256 < size; n++ {
		tile := tlog.Tile{H: 8, L: 0, N: n, W: 256}
		if size-n*256 < 256 {
			tile.W = int(size - n*256)
		}
		path := strings.Replace(tilePath(tile), "tile/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(folder, path))
		check(err)
		for i := 0; i < tile.W; i++ {
			length := int(binary.BigEndian.Uint16(data))
			leaves = append(leaves, tlog.RecordHash(data[2:2+length]))
			data = data[2+length:]
		}
		if len(data) != 0 {
			fail("%s has %d bytes too many", path, len(data))
		}
	}
	return leaves
}

// Makes the trees again from their leaves, and compares the root and every tile of each.
func rebuild(folder string, trees []tlog.Tree, leaves []tlog.Hash) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, i := range indexes {
			hashes = append(hashes, stored[i])
		}
		return hashes, nil
	})
	for i, leaf := range leaves {
		hashes, err := tlog.StoredHashesForRecordHash(int64(i), leaf, reader)
		check(err)
		stored = append(stored, hashes...)
	}
	for _, tree := range trees {
		root, err := tlog.TreeHash(tree.N, reader)
		check(err)
		if root != tree.Hash {
			fail("%d entries have the root %v, signed is %v", tree.N, root, tree.Hash)
		}
		for _, tile := range tlog.NewTiles(8, 0, tree.N) {
			// Go lists the partial tiles of every width; a log has those of the sizes that it signed.
			if tile.W == 256 || int64(tile.W) == tree.N>>(8*uint(tile.L))&255 {
				compareTile(folder, tile, reader)
			}
		}
	}
}

func compareTile(folder string, tile tlog.Tile, reader tlog.HashReader) {
	want, err := tlog.ReadTileData(tile, reader)
	check(err)
	got, err := os.ReadFile(filepath.Join(folder, tilePath(tile)))
	check(err)
	if !bytes.Equal(want, got) {
		fail("%s is not made of the entries", tilePath(tile))
	}
}

func lines(folder, name string) []string {
	data, err := os.ReadFile(filepath.Join(folder, name))
	check(err)
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}
