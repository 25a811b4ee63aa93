// Files whose bytes stand sealed on disk: uploads and messages that wait to be taken in.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "storage/sealer.h"

namespace jingwei::storage {

// The table under whose keys a new file of this path is sealed; empty: "sealed_file", which files share. What
// a file was begun under it stays under, whatever it is called later. Must be thread-safe.
using TableOfFile = std::function<std::string(const std::string& path)>;

// A file system in which what is written below `folders` is sealed (docs/formats/sealed-files.md); everything
// else, and files that stood there unsealed before, passes through as it is. Names and lengths of files are
// not hidden.
//
// A sealed file grows at its end, or is cut: a write begins where the file ends or at an earlier write's
// begin, and drops what stood behind. So no byte that was synced is ever written again, and a write that a
// crash tore is a tail that does not count. Reads may go anywhere. A sealed file is a few dozen bytes longer
// for each 64 KB than what it holds; size() tells what it holds. Errors besides the file's own: corrupt
// "storage.damaged" when bytes fail their check, unsupported when a write begins inside an earlier one, gone
// when the key has been destroyed, the sealer's when there is no key for a new file.
//
// Both must outlive it. Thread-safe; one File serves several readers.
std::unique_ptr<FileSystem> sealing_files(FileSystem& beneath, const Sealer& sealer,
                                          std::vector<std::string> folders, TableOfFile table_of = {});

}  // namespace jingwei::storage
