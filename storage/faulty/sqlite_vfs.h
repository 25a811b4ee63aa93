// SQLite on any FileSystem, so that it can be run on the faulty one.
#pragma once

#include <memory>
#include <string>

#include "base/file_system.h"

namespace jingwei::storage {

// Registers a SQLite VFS under `name` while it lives; hand the name to EmbeddedOptions::vfs. Locks and the
// write-ahead log's shared memory are kept in the heap, for the connections of this process. Every connection
// must be closed before it ends.
class SqliteVfs {
 public:
  SqliteVfs(std::string name, FileSystem& files);
  ~SqliteVfs();
  SqliteVfs(const SqliteVfs&) = delete;
  SqliteVfs& operator=(const SqliteVfs&) = delete;
  const std::string& name() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jingwei::storage
