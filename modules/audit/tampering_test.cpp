// Goal: whichever byte of a small log is changed, in whichever table, verification finds it and says where.
#include <set>

#include "modules/audit/accesses.h"
#include "modules/audit/audit_testing.h"

namespace jingwei::audit {
namespace {

using namespace jingwei::testing;
using storage::Blob;
using storage::Value;

// One column of one row.
struct Place {
  std::string table;
  std::string column;
  std::string where;
  std::string told;  // the place that a finding must name
};

template <typename Backend>
class Tampering : public AuditFixture<Backend> {
 protected:
  static constexpr int entries = 3;

  Value read(const Place& place) {
    Value value;
    statements_.push_back(std::make_unique<storage::Statement>(storage::Statement{"test", "", ""}));
    auto& statement = *statements_.back();
    statement.sqlite = statement.postgres =
        "SELECT " + place.column + " FROM " + place.table + " WHERE " + place.where;
    auto reader = must(this->store_->read());
    must(reader->query(statement, {}, [&](const storage::Row& row) {
      if (is_blob(place.column)) {
        value = Blob{std::string(row.blob(0))};
      } else if (is_text(place.column)) {
        value = std::string(row.text(0));
      } else {
        value = row.integer(0);
      }
      return false;
    }));
    return value;
  }
  void write(const Place& place, const Value& value) {
    this->run("UPDATE " + place.table + " SET " + place.column + " = $1 WHERE " + place.where, {value});
  }

  // Changes it, expects a finding that names the place, and changes it back by the row's new name.
  void try_out(const Place& place, const Value& before, const Value& after, const std::string& what) {
    write(place, after);
    const auto findings = this->verified().findings;
    EXPECT_TRUE(std::any_of(findings.begin(), findings.end(),
                            [&](const Finding& finding) { return finding.place == place.told; }))
        << place.table << '.' << place.column << " of " << place.told << ": " << what << ", "
        << findings.size() << " findings";
    Place moved = place;
    const std::string key = place.column + " = ";
    if (const auto at = moved.where.find(key); at != std::string::npos)
      moved.where.replace(at,
                          moved.where.find(" AND", at) == std::string::npos
                              ? std::string::npos
                              : moved.where.find(" AND", at) - at,
                          key + std::to_string(std::get<std::int64_t>(after)));
    write(moved, before);
  }

  void try_each_byte(const Place& place) {
    const Value before = read(place);
    if (const auto* number = std::get_if<std::int64_t>(&before))
      return try_out(place, before, *number + 1'000, "another number");
    const bool blob = std::holds_alternative<Blob>(before);
    const std::string& bytes = blob ? std::get<Blob>(before).bytes : std::get<std::string>(before);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      try_out(place, before, blob ? Value(Blob{changed}) : Value(changed), "byte " + std::to_string(at));
    }
    const std::string shorter = bytes.substr(0, bytes.size() - 1);
    try_out(place, before, blob ? Value(Blob{shorter}) : Value(shorter), "cut short");
  }

  static bool is_blob(const std::string& column) {
    return column == "salt" || column == "commitment" || column == "hashes" || column == "root" ||
           column == "public_key" || column == "signature";
  }
  static bool is_text(const std::string& column) {
    static const std::set<std::string> texts = {"actor",        "event",      "subject",
                                                "detail",       "department", "authority",
                                                "order_number", "ordered_by", "lifted_by"};
    return texts.contains(column);
  }

 private:
  std::vector<std::unique_ptr<storage::Statement>> statements_;
};

TYPED_TEST_SUITE(Tampering, Backends, BackendNames);

TYPED_TEST(Tampering, EveryChangedByteIsFoundAndLocated) {
  this->record(this->entries);
  must(this->service_->settle());
  std::vector<Place> places;
  for (const auto& leaf : must(this->service_->read_leaves(0, this->entries))) {
    const std::string told = std::to_string(leaf.position);
    const std::string entry = "xact = " + std::to_string(leaf.key.transaction) +
                              " AND sequence = " + std::to_string(leaf.key.sequence);
    for (const char* column : {"committed_at", "actor", "event", "subject", "detail", "xact", "sequence"})
      places.push_back({"audit_entry", column, entry, told});
    for (const char* column : {"salt", "commitment", "xact", "sequence", "shard", "position"})
      places.push_back({"audit_leaf", column, "position = " + told, told});
  }
  places.push_back({"audit_tile", "hashes", "level = 0 AND tile = 0", "0/0"});
  places.push_back({"audit_tile", "level", "level = 0 AND tile = 0", "0/0"});
  places.push_back({"audit_tile", "tile", "level = 0 AND tile = 0", "0/0"});
  for (const char* column : {"root", "signed_at", "public_key", "signature"})
    places.push_back({"audit_head", column, "size = 3", "3"});
  places.push_back({"audit_head", "size", "size = 3", "1003"});
  for (const auto& place : places) this->try_each_byte(place);
  EXPECT_TRUE(this->verified().whole()) << "everything was put back";
}

TYPED_TEST(Tampering, EveryChangedByteOfAListAndOfADelayIsFoundAndLocated) {
  const std::string person = "person:" + std::string(32, 'a');
  this->record(1);
  storage::Change look;
  look.audit.push_back({"account:1", "record.read", person, "{}"});
  must(this->store_->commit(std::move(look)));
  Accesses accesses(*this->store_, this->clock_);
  Delay wanted;
  wanted.subject = person;
  wanted.department = "police";
  wanted.authority = "court";
  wanted.order = "2020-1";
  wanted.from = this->clock_.now() - std::chrono::hours{1};
  wanted.until = this->clock_.now() + std::chrono::hours{1};
  const Delay delay = must(accesses.order(wanted, "account:9"));
  must(accesses.lift(delay.id, "account:8"));
  must(this->service_->settle());
  ASSERT_TRUE(this->verified().whole());
  const auto leaf = must(this->service_->read_leaves(1, 1)).front();
  const std::string listed = "xact = " + std::to_string(leaf.key.transaction) +
                             " AND sequence = " + std::to_string(leaf.key.sequence);
  std::vector<Place> places;
  for (const char* column : {"subject", "xact", "sequence"})
    places.push_back({"audit_subject", column, listed, "1 " + person});
  const std::string row = "id = " + delay.id.to_string();
  for (const char* column : {"subject", "department", "authority", "order_number", "begins_at", "ends_at",
                             "ordered_by", "ordered_at", "lifted_by", "lifted_at", "salt"})
    places.push_back({"audit_delay", column, row, delay.id.to_string()});
  places.push_back({"audit_delay", "id", row, "2"});
  for (const auto& place : places) this->try_each_byte(place);
  EXPECT_TRUE(this->verified().whole()) << "everything was put back";
}

}  // namespace
}  // namespace jingwei::audit
