#include "storage/faulty/sqlite_vfs.h"

#include <sqlite3.h>

#include <mutex>

namespace jingwei::storage {

namespace {

// What the connections on one database file share: locks and the log's index.
struct Shared {
  std::mutex mutex;
  int readers = 0;  // holders of SHARED or more
  bool reserved = false;
  bool pending = false;
  bool exclusive = false;
  std::array<int, SQLITE_SHM_NLOCK> shm_locks{};  // -1 exclusive, n > 0 shared by n
  std::vector<std::unique_ptr<std::byte[]>> regions;
  int shm_users = 0;
};

int code_of(const Error& error, int otherwise) {
  return error.code == ErrorCode::exhausted   ? SQLITE_FULL
         : error.code == ErrorCode::not_found ? SQLITE_CANTOPEN
                                              : otherwise;
}

struct OpenFile {
  sqlite3_file base;  // first: SQLite casts
  std::unique_ptr<File> file;
  std::shared_ptr<Shared> shared;
  FileSystem* files = nullptr;
  std::string path;
  bool delete_on_close = false;
  int level = SQLITE_LOCK_NONE;
  bool shm_mapped = false;
  std::array<int, SQLITE_SHM_NLOCK> shm_held{};  // 0 none, 1 shared, 2 exclusive
};

OpenFile& self(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file);
}

int vfs_close(sqlite3_file* file) {
  OpenFile& open = self(file);
  open.file.reset();
  if (open.delete_on_close) (void)open.files->remove(open.path);
  open.~OpenFile();
  return SQLITE_OK;
}

int vfs_read(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) {
  const std::span<std::byte> bytes(static_cast<std::byte*>(into), static_cast<std::size_t>(amount));
  const auto got = self(file).file->read(static_cast<std::uint64_t>(offset), bytes);
  if (!got) return SQLITE_IOERR_READ;
  if (*got == bytes.size()) return SQLITE_OK;
  std::memset(bytes.data() + *got, 0, bytes.size() - *got);
  return SQLITE_IOERR_SHORT_READ;
}

int vfs_write(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  const std::span<const std::byte> bytes(static_cast<const std::byte*>(from),
                                         static_cast<std::size_t>(amount));
  const auto done = self(file).file->write(static_cast<std::uint64_t>(offset), bytes);
  return done ? SQLITE_OK : code_of(done.error(), SQLITE_IOERR_WRITE);
}

int vfs_truncate(sqlite3_file* file, sqlite3_int64 size) {
  return self(file).file->truncate(static_cast<std::uint64_t>(size)) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

int vfs_sync(sqlite3_file* file, int) {
  OpenFile& open = self(file);
  if (!open.file->sync()) return SQLITE_IOERR_FSYNC;
  // As the system's VFS does after creating a file: its name must survive too.
  const auto slash = open.path.find_last_of('/');
  return open.files->sync_folder(slash == std::string::npos ? "" : open.path.substr(0, slash))
             ? SQLITE_OK
             : SQLITE_IOERR_DIR_FSYNC;
}

int vfs_file_size(sqlite3_file* file, sqlite3_int64* size) {
  const auto found = self(file).file->size();
  if (!found) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(*found);
  return SQLITE_OK;
}

int vfs_lock(sqlite3_file* file, int level) {
  OpenFile& open = self(file);
  if (open.level >= level) return SQLITE_OK;
  Shared& shared = *open.shared;
  std::lock_guard lock(shared.mutex);
  if (open.level == SQLITE_LOCK_NONE) {
    if (shared.pending || shared.exclusive) return SQLITE_BUSY;
    ++shared.readers;
    open.level = SQLITE_LOCK_SHARED;
  }
  if (level >= SQLITE_LOCK_RESERVED && open.level < SQLITE_LOCK_RESERVED) {
    if (shared.reserved) return SQLITE_BUSY;
    shared.reserved = true;
    open.level = SQLITE_LOCK_RESERVED;
  }
  if (level == SQLITE_LOCK_EXCLUSIVE) {
    shared.pending = true;
    open.level = SQLITE_LOCK_PENDING;
    if (shared.readers > 1) return SQLITE_BUSY;
    shared.exclusive = true;
    open.level = SQLITE_LOCK_EXCLUSIVE;
  }
  return SQLITE_OK;
}

int vfs_unlock(sqlite3_file* file, int level) {
  OpenFile& open = self(file);
  if (open.level <= level) return SQLITE_OK;
  Shared& shared = *open.shared;
  std::lock_guard lock(shared.mutex);
  if (open.level >= SQLITE_LOCK_RESERVED) shared.reserved = false;
  if (open.level >= SQLITE_LOCK_PENDING) shared.pending = false;
  if (open.level == SQLITE_LOCK_EXCLUSIVE) shared.exclusive = false;
  if (level == SQLITE_LOCK_NONE) --shared.readers;
  open.level = level;
  return SQLITE_OK;
}

int vfs_check_reserved(sqlite3_file* file, int* reserved) {
  std::lock_guard lock(self(file).shared->mutex);
  *reserved = self(file).shared->reserved ? 1 : 0;
  return SQLITE_OK;
}

int vfs_file_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int vfs_sector_size(sqlite3_file*) {
  return 512;
}
// Nothing promised: not even that a sector is written whole.
int vfs_characteristics(sqlite3_file*) {
  return 0;
}

int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  OpenFile& open = self(file);
  Shared& shared = *open.shared;
  std::lock_guard lock(shared.mutex);
  if (!open.shm_mapped) {
    open.shm_mapped = true;
    ++shared.shm_users;
  }
  while (extend && shared.regions.size() <= static_cast<std::size_t>(region)) {
    shared.regions.push_back(std::make_unique<std::byte[]>(static_cast<std::size_t>(size)));
  }
  *memory = static_cast<std::size_t>(region) < shared.regions.size()
                ? shared.regions[static_cast<std::size_t>(region)].get()
                : nullptr;
  return SQLITE_OK;
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  OpenFile& open = self(file);
  Shared& shared = *open.shared;
  std::lock_guard lock(shared.mutex);
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  if (flags & SQLITE_SHM_UNLOCK) {
    for (int i = offset; i < offset + count; ++i) {
      if (open.shm_held[i] == 1) --shared.shm_locks[i];
      if (open.shm_held[i] == 2) shared.shm_locks[i] = 0;
      open.shm_held[i] = 0;
    }
    return SQLITE_OK;
  }
  for (int i = offset; i < offset + count; ++i) {
    if (open.shm_held[i] != 0) continue;
    if (exclusive ? shared.shm_locks[i] != 0 : shared.shm_locks[i] < 0) return SQLITE_BUSY;
  }
  for (int i = offset; i < offset + count; ++i) {
    if (open.shm_held[i] != 0) continue;
    shared.shm_locks[i] = exclusive ? -1 : shared.shm_locks[i] + 1;
    open.shm_held[i] = exclusive ? 2 : 1;
  }
  return SQLITE_OK;
}

void shm_barrier(sqlite3_file* file) {
  std::lock_guard lock(self(file).shared->mutex);
}

int shm_unmap(sqlite3_file* file, int) {
  OpenFile& open = self(file);
  if (!open.shm_mapped) return SQLITE_OK;
  open.shm_mapped = false;
  std::lock_guard lock(open.shared->mutex);
  // Nobody left: the index is rebuilt from the log by the next to open, as after a crash.
  if (--open.shared->shm_users == 0) open.shared->regions.clear();
  return SQLITE_OK;
}

const sqlite3_io_methods methods = {2,
                                    vfs_close,
                                    vfs_read,
                                    vfs_write,
                                    vfs_truncate,
                                    vfs_sync,
                                    vfs_file_size,
                                    vfs_lock,
                                    vfs_unlock,
                                    vfs_check_reserved,
                                    vfs_file_control,
                                    vfs_sector_size,
                                    vfs_characteristics,
                                    shm_map,
                                    shm_lock,
                                    shm_barrier,
                                    shm_unmap,
                                    nullptr,
                                    nullptr};

}  // namespace

struct SqliteVfs::State {
  sqlite3_vfs vfs{};
  std::string name;
  FileSystem* files = nullptr;
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<Shared>> shared;
  int temporary = 0;

  std::shared_ptr<Shared> share(const std::string& path) {
    std::lock_guard lock(mutex);
    auto found = shared[path].lock();
    if (!found) shared[path] = found = std::make_shared<Shared>();
    return found;
  }

  static State& of(sqlite3_vfs* vfs) { return *static_cast<State*>(vfs->pAppData); }
  static sqlite3_vfs& system() { return *sqlite3_vfs_find("unix"); }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* into, int flags, int* out_flags) {
    State& state = of(vfs);
    into->pMethods = nullptr;
    std::string name = path ? path : "temporary";
    if (!path) {
      std::lock_guard lock(state.mutex);
      name += std::to_string(++state.temporary);
    }
    auto file = state.files->open(name, flags & SQLITE_OPEN_CREATE ? OpenMode::update : OpenMode::read);
    if (!file) return code_of(file.error(), SQLITE_CANTOPEN);
    auto* open = new (into) OpenFile{};
    open->base.pMethods = &methods;
    open->file = std::move(file).value();
    open->shared = state.share(name);
    open->files = state.files;
    open->path = name;
    open->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    if (out_flags) *out_flags = flags;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    const auto removed = of(vfs).files->remove(path);
    if (!removed)
      return removed.error().code == ErrorCode::not_found ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
    const std::string name = path;
    if (sync_folder && !of(vfs).files->sync_folder(name.substr(0, name.find_last_of('/'))))
      return SQLITE_IOERR_DIR_FSYNC;
    return SQLITE_OK;
  }

  static int access(sqlite3_vfs* vfs, const char* path, int, int* out) {
    const auto found = of(vfs).files->exists(path);
    *out = found && *found ? 1 : 0;
    return SQLITE_OK;
  }

  static int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", path);
    return SQLITE_OK;
  }

  static int randomness(sqlite3_vfs*, int size, char* out) {
    return system().xRandomness(&system(), size, out);
  }
  static int sleep(sqlite3_vfs*, int micros) { return system().xSleep(&system(), micros); }
  static int time(sqlite3_vfs*, double* out) { return system().xCurrentTime(&system(), out); }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

SqliteVfs::SqliteVfs(std::string name, FileSystem& files) : state_(std::make_unique<State>()) {
  state_->name = std::move(name);
  state_->files = &files;
  sqlite3_vfs& vfs = state_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.mxPathname = 512;
  vfs.zName = state_->name.c_str();
  vfs.pAppData = state_.get();
  vfs.xOpen = State::open;
  vfs.xDelete = State::remove;
  vfs.xAccess = State::access;
  vfs.xFullPathname = State::full_path;
  vfs.xRandomness = State::randomness;
  vfs.xSleep = State::sleep;
  vfs.xCurrentTime = State::time;
  vfs.xGetLastError = State::last_error;
  sqlite3_vfs_register(&vfs, 0);
}

SqliteVfs::~SqliteVfs() {
  sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& SqliteVfs::name() const {
  return state_->name;
}

}  // namespace jingwei::storage
