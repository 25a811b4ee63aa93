// Goal: the catalogue opens on both storages, again and again, and a changed package loses no record.
#include "modules/catalog/catalog_service.h"

#include <filesystem>
#include <fstream>

#include "modules/catalog/messages.gen.h"
#include "modules/catalog/sql.gen.h"
#include "storage/sql.gen.h"
#include "storage/upgrade_suite.h"
#include "tests/support/backends.h"

namespace jingwei::catalog {
namespace {

using jingwei::testing::must;

std::string notes_yaml(const std::string& fields, const std::string& id = "notes",
                       const std::string& metrics = "") {
  return "resources:\n  - id: " + id +
         "\n    title: {zh: 便条, en: Notes}\n    provider: {id: bureau, zh: 数据局, en: Bureau}\n    "
         "sharing: open\n"
         "    retention: forever\n    update: once\n    key: [no]\n    fields:\n"
         "      - {name: no, title: {zh: 号, en: No}, type: text, required: true}\n" +
         fields + metrics;
}
const std::string words = "      - {name: words, title: {zh: 字, en: Words}, type: text}\n";
const std::string weight = "      - {name: weight, title: {zh: 重, en: Weight}, type: number}\n";
const std::string weight_as_text = "      - {name: weight, title: {zh: 重, en: Weight}, type: text}\n";

template <typename Backend>
class CatalogOn : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_messages(); }
  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    backend_ = std::make_unique<Backend>();
    reopen_store();
  }

  void reopen_store() {
    store_.reset();
    store_ = must(backend_->open(clock_));
    for (const auto part : {storage::sql::migrations(), sql::migrations()}) must(store_->migrate(part));
  }
  void package(const std::string& name, const std::string& yaml) {
    std::filesystem::create_directories(folder_.path() + "/" + name);
    std::ofstream(folder_.path() + "/" + name + "/resources.yaml") << yaml;
  }
  Result<std::unique_ptr<Catalog>> open() {
    return Catalog::open(real_file_system(), folder_.path(), *store_, clock_);
  }

  void put(const RecordTable& table, const std::string& no, std::map<std::string, storage::Value> values) {
    storage::BulkSlice slice;
    slice.table = table.name();
    slice.columns = table.columns();
    for (const auto& column : slice.columns) {
      if (values.contains(column)) {
        slice.cells.push_back(values[column]);
      } else if (column == "record_key" || column == "content") {
        slice.cells.emplace_back(storage::Blob{no});
      } else if (column == "known_to" || column.starts_with("f_")) {
        slice.cells.emplace_back(storage::Null{});
      } else {
        slice.cells.emplace_back(std::int64_t{1});
      }
    }
    slice.cells[13] = std::int64_t{0};
    must(store_->append(std::move(slice)));
  }

  std::vector<std::map<std::string, std::string>> rows(const RecordTable& table) {
    std::vector<std::map<std::string, std::string>> all;
    auto reader = must(store_->read());
    const std::array<storage::Value, 2> parameters = {INT64_MAX, std::int64_t{100}};
    must(reader->query(table.page(), parameters, [&](const storage::Row& row) {
      auto& values = all.emplace_back();
      for (int at = 0; at < row.columns(); ++at) {
        values[table.columns()[static_cast<std::size_t>(at)]] =
            row.is_null(at) ? "NULL" : std::string(row.text(at));
      }
      return true;
    }));
    return all;
  }

  SystemClock clock_;
  storage::TemporaryFolder folder_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<storage::Store> store_;
};

TYPED_TEST_SUITE(CatalogOn, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(CatalogOn, OpensTwiceOnTheSameTables) {
  this->package("a", notes_yaml(words));
  const auto first = must(this->open());
  this->put(*first->entries()[0].table, "1", {{"f_words", std::string("经纬")}});
  this->reopen_store();
  const auto second = must(this->open());
  ASSERT_EQ(second->entries().size(), 1U);
  EXPECT_EQ(second->entries()[0].table->name(), "rec_notes_v1");
  EXPECT_EQ(this->rows(*second->entries()[0].table).size(), 1U);
}

TYPED_TEST(CatalogOn, AnAddedFieldKeepsEveryRecord) {
  this->package("a", notes_yaml(words));
  {
    const auto catalog = must(this->open());
    this->put(*catalog->entries()[0].table, "1", {{"f_words", std::string("经纬")}});
  }
  this->package("a", notes_yaml(words + weight));
  for (int opening = 0; opening < 2; ++opening) {
    this->reopen_store();
    const auto catalog = must(this->open());
    const auto rows = this->rows(*catalog->entries()[0].table);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].at("f_words"), "经纬");
    EXPECT_EQ(rows[0].at("f_weight"), "NULL");
  }
}

TYPED_TEST(CatalogOn, AChangedFieldMovesToTheNextTableWithEveryRecord) {
  this->package("a", notes_yaml(words + weight));
  {
    const auto catalog = must(this->open());
    this->put(*catalog->entries()[0].table, "1", {{"f_words", std::string("经纬")}, {"f_weight", 2.5}});
  }
  this->package("a", notes_yaml(words + weight_as_text));
  this->reopen_store();
  {
    const auto catalog = must(this->open());
    const RecordTable& table = *catalog->entries()[0].table;
    EXPECT_EQ(table.name(), "rec_notes_v2");
    const auto rows = this->rows(table);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].at("f_words"), "经纬");
    EXPECT_EQ(rows[0].at("f_weight"), "NULL");
    this->put(table, "2", {{"f_weight", std::string("半斤")}});
  }
  this->package("a", notes_yaml(weight_as_text));  // and a field dropped
  this->reopen_store();
  const auto catalog = must(this->open());
  EXPECT_EQ(catalog->entries()[0].table->name(), "rec_notes_v3");
  EXPECT_EQ(this->rows(*catalog->entries()[0].table).size(), 2U);
}

TYPED_TEST(CatalogOn, TwoPackagesMayNotDeclareTheSameResourceOrMetric) {
  const std::string metric =
      "    metrics:\n      - {id: notes, title: {zh: 便条, en: Notes}, count: records}\n";
  this->package("a", notes_yaml(words, "notes", metric));
  this->package("b", notes_yaml(words));
  auto opened = this->open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message, "catalog.doubled_resource");
  this->package("b", notes_yaml(words, "letters", metric));
  opened = this->open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message, "catalog.doubled_metric");
}

TYPED_TEST(CatalogOn, SaysWhatIsMissing) {
  auto opened = this->open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message, "catalog.no_packages");
  this->package("a", notes_yaml(words));
  const auto catalog = must(this->open());
  EXPECT_TRUE(catalog->find("notes").ok());
  const auto found = catalog->find("nothing");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace jingwei::catalog
