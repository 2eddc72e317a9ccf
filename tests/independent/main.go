// Command independent verifies an exported Anbao log with code that is not Anbao's: the transparency log and signed
// note packages of the Go project (golang.org/x/mod/sumdb). It checks the checkpoint's signature, hashes every entry,
// compares the root and every tile, and, where an earlier checkpoint is given, that the log extends it.
//
//	independent [-earlier FILE] DIRECTORY KEYFILE
//
// Exit status: 0 the log verifies, 1 it does not, 2 usage.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	earlier := flag.String("earlier", "", "a checkpoint of the same log that was kept outside")
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	tree, err := verify(flag.Arg(0), flag.Arg(1), *earlier)
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
	fmt.Printf("accepted: %d entries, root %v\n", tree.N, tree.Hash)
}

func verify(dir, keyFile, earlier string) (tlog.Tree, error) {
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		return tlog.Tree{}, err
	}
	tree, err := openCheckpoint(filepath.Join(dir, "checkpoint"), verifier)
	if err != nil {
		return tree, err
	}
	log := &storedLog{}
	if err := log.readEntries(dir, tree.N); err != nil {
		return tree, err
	}
	if err := log.hasRoot(tree); err != nil {
		return tree, err
	}
	if err := log.compareTiles(dir, tree.N); err != nil {
		return tree, err
	}
	if earlier == "" {
		return tree, nil
	}
	old, err := openCheckpoint(earlier, verifier)
	if err != nil {
		return tree, fmt.Errorf("earlier checkpoint: %w", err)
	}
	if old.N > tree.N {
		return tree, fmt.Errorf("the log was cut: %d entries before, %d now", old.N, tree.N)
	}
	if err := log.hasRoot(old); err != nil {
		return tree, fmt.Errorf("earlier checkpoint: %w", err)
	}
	if old.N == 0 {
		return tree, nil
	}
	proof, err := tlog.ProveTree(tree.N, old.N, log)
	if err != nil {
		return tree, err
	}
	return tree, tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

// openCheckpoint reads a C2SP tlog-checkpoint; tlog.ParseTree knows only that of the Go checksum database.
func openCheckpoint(path string, verifier note.Verifier) (tlog.Tree, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("the checkpoint is of another log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return tlog.Tree{}, errors.New("the checkpoint's size is malformed")
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// storedLog keeps all hashes of the tree, in the order of tlog.StoredHashIndex.
type storedLog struct {
	hashes []tlog.Hash
}

func (log *storedLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(log.hashes)) {
			return nil, fmt.Errorf("there is no hash %d", index)
		}
		found[i] = log.hashes[index]
	}
	return found, nil
}

func (log *storedLog) readEntries(dir string, size int64) error {
	for first := int64(0); first < size; first += 1 << height {
		tile := tileOf(-1, first>>height, size)
		path := pathOf(tile)
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		for index := first; index < first+int64(tile.W); index++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return fmt.Errorf("%s lacks entry %d", path, index)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			hashes, err := tlog.StoredHashes(index, data[2:end], log)
			if err != nil {
				return err
			}
			log.hashes = append(log.hashes, hashes...)
			data = data[end:]
		}
		if len(data) != 0 {
			return fmt.Errorf("%s holds more than its entries", path)
		}
	}
	return nil
}

func (log *storedLog) hasRoot(tree tlog.Tree) error {
	if tree.N == 0 {
		return nil
	}
	root, err := tlog.TreeHash(tree.N, log)
	if err == nil && root != tree.Hash {
		err = fmt.Errorf("the root over %d entries is %v, signed was %v", tree.N, root, tree.Hash)
	}
	return err
}

func (log *storedLog) compareTiles(dir string, size int64) error {
	for level := 0; size>>(height*level) > 0; level++ {
		for n := int64(0); n<<height < size>>(height*level); n++ {
			tile := tileOf(level, n, size)
			want, err := tlog.ReadTileData(tile, log)
			if err != nil {
				return err
			}
			have, err := os.ReadFile(filepath.Join(dir, pathOf(tile)))
			if err != nil {
				return err
			}
			if !bytes.Equal(have, want) {
				return fmt.Errorf("%s disagrees with the entries", pathOf(tile))
			}
		}
	}
	return nil
}

func tileOf(level int, n, size int64) tlog.Tile {
	width := size
	if level > 0 {
		width = size >> (height * level)
	}
	if width -= n << height; width > 1<<height {
		width = 1 << height
	}
	return tlog.Tile{H: height, L: level, N: n, W: int(width)}
}

// pathOf gives the path of C2SP tlog-tiles, which leaves out the height and says "entries" for "data".
func pathOf(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}
