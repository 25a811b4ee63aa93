// What each department of the synthetic city sends: which columns, in which form, with which mistakes.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "sim/mistakes.h"
#include "sim/people.h"
#include "sim/writer.h"

namespace jingwei::sim {

enum class Format : std::uint8_t { csv, jsonl };

// The numbers are part of the output (they key the rows' streams).
enum class ExtractId : std::uint8_t {
  resident_register,
  fever_visits,
  elderly_care,
  employment,
  household_visits,
  enterprises,
  arrivals,
  venues,
  self_declarations,  // last: one file per day
  count,
};

struct ExtractKind {
  ExtractId id;
  std::string_view resource;
  std::string_view provider;
  std::string_view file;  // below extracts/; for declarations the day is put before ".synthetic"
  Encoding encoding = Encoding::utf8;
  Format format = Format::csv;
  char delimiter = ',';
  std::string_view newline = "\n";
  DateForm date_form = DateForm::iso;
  std::vector<Column> columns;
  Rates rates;
};

// All extracts in the order of ExtractId.
const std::vector<ExtractKind>& extract_kinds();

// Days for which self-declarations are written, the last of them today.
inline constexpr int declaration_days = 21;

// Receives the truth about each written line.
class RowLog {
 public:
  explicit RowLog(OutFile& file) : file_(file) {}
  void add(std::string_view path, std::int64_t line, std::string_view subject, const Mistakes& mistakes);
  std::int64_t rows() const { return rows_; }

 private:
  OutFile& file_;
  std::int64_t rows_ = 0;
};

// One file being written: spoils, formats, repeats.
class ExtractFile {
 public:
  static Result<std::unique_ptr<ExtractFile>> create(FileSystem& files, const std::string& folder,
                                                     const ExtractKind& kind, std::string path,
                                                     std::uint64_t seed, RowLog& log);
  void add(const Row& clean, const RowSubject& subject);
  // Writes the rows waiting to be repeated and closes.
  Result<void> close();
  const std::string& path() const { return path_; }
  const ExtractKind& kind() const { return kind_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t bytes() const { return file_->bytes(); }

 private:
  struct Waiting {
    Row row;  // as written for an exact repeat, clean for a near one
    RowSubject subject;
    Mistakes mistakes;
    std::int64_t due = 0;
    bool exact = false;
  };
  ExtractFile(const ExtractKind& kind, std::string path, std::uint64_t seed, RowLog& log,
              std::unique_ptr<OutFile> file)
      : kind_(kind), path_(std::move(path)), seed_(seed), log_(log), file_(std::move(file)) {}
  void repeat(const Waiting& waiting);
  void write(const Row& row, const RowSubject& subject, Mistakes mistakes, Random& random, bool may_break);

  const ExtractKind& kind_;
  std::string path_;
  std::uint64_t seed_;
  RowLog& log_;
  std::unique_ptr<OutFile> file_;
  std::deque<Waiting> waiting_;
  std::int64_t line_ = 0;
  std::int64_t rows_ = 0;
};

// All departments at once: takes households, enterprises and venues, writes their rows.
class Departments {
 public:
  static Result<std::unique_ptr<Departments>> open(FileSystem& files, const std::string& folder,
                                                   const Places& places, const Population& population,
                                                   std::uint64_t seed, RowLog& log);
  void tell(const Household& household);
  void tell(const Enterprise& enterprise);
  void tell(const Venue& venue);
  Result<void> close();
  const std::vector<std::unique_ptr<ExtractFile>>& files() const { return files_; }

 private:
  Departments(const Places& places, const Population& population, std::uint64_t seed)
      : places_(places), population_(population), seed_(seed) {}
  ExtractFile& file(ExtractId id) { return *files_[static_cast<std::size_t>(id)]; }
  ExtractFile& declarations(int day) {
    return *files_[static_cast<std::size_t>(ExtractId::count) - 1 + static_cast<std::size_t>(day)];
  }
  const std::string& grid_code(int grid) const;
  void tell(const Person& person, const Household& household);
  void register_resident(const Person& person, const Household& household, Random& random);
  void visit_clinic(const Person& person, const Household& household, Random& random);
  void care_for(const Person& person, const Household& household, Random& random);
  void employ(const Person& person, const Household& household, Random& random);
  void arrive(const Person& person, const Household& household, Random& random);
  void declare(const Person& person, const Household& household, Random& random);
  void visit_home(const Household& household, Random& random);

  const Places& places_;
  const Population& population_;
  std::uint64_t seed_;
  std::vector<std::unique_ptr<ExtractFile>> files_;  // by id; from self_declarations on, one per day
  RowSubject subject_;
};

}  // namespace jingwei::sim
