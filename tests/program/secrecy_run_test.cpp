// Goal: after a day's work of the real program (loads, mending, reads, exports, refusals, a backup, keys,
// crashes) nobody's name, identity number or telephone of the city stands readable in anything it wrote or
// told to those who watch it: database, files, logs, figures, error answers, backups, core files.
#include <sys/resource.h>

#include <unordered_set>

#include "storage/snapshot.h"
#include "tests/program/program_world.h"

namespace jingwei {
namespace {

using namespace jingwei::testing;
namespace fs = std::filesystem;

// What must be found nowhere.
struct Secrets {
  std::unordered_set<std::string> numbers;  // identity numbers and telephones
  std::unordered_set<std::string> names;    // of three and four characters

  static Secrets of(const fs::path& demo) {
    Secrets secrets;
    for (const char* file : {"persons.jsonl", "enterprises.jsonl"}) {
      std::ifstream lines(demo / "truth" / file);
      for (std::string line; std::getline(lines, line);) {
        const auto one = boost::json::parse(line);
        for (const char* key : {"citizen_id", "phone"}) {
          if (const auto* found = one.as_object().if_contains(key); found != nullptr && found->is_string())
            secrets.numbers.emplace(found->as_string());
        }
        // Names of two characters are words as well, and would be found in any text.
        const auto* name = one.as_object().if_contains(one.as_object().contains("owner") ? "owner" : "name");
        if (name != nullptr && (name->as_string().size() == 9 || name->as_string().size() == 12))
          secrets.names.emplace(name->as_string());
      }
    }
    return secrets;
  }

  // Takes away what stands in a text for other reasons: places that are called as somebody is.
  void allow(const std::string& text) {
    std::erase_if(names, [&](const auto& name) { return text.find(name) != std::string::npos; });
  }

  // The first secret in the bytes, masked; empty when there is none.
  std::string found_in(std::string_view bytes) const {
    const auto digit = [&](std::size_t at) {
      return at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9';
    };
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (digit(at) && (at == 0 || !digit(at - 1))) {
        std::size_t end = at;
        while (digit(end)) ++end;
        for (std::size_t length : {std::size_t{11}, std::size_t{18}}) {
          for (std::size_t from = at; from + length <= end + 1 && from + length <= bytes.size(); ++from) {
            const std::string run(bytes.substr(from, length));
            if (numbers.contains(run)) return run.substr(0, 6) + "…";
          }
        }
      }
      const auto lead = static_cast<unsigned char>(bytes[at]);
      if (lead < 0xE4 || lead > 0xE9) continue;
      for (const std::size_t length : {std::size_t{9}, std::size_t{12}}) {
        if (at + length <= bytes.size() && names.contains(std::string(bytes.substr(at, length))))
          return std::string(bytes.substr(at, 3)) + "…";
      }
    }
    return {};
  }
};

template <typename Backend>
class SecrecyRun : public ProgramWorld<Backend> {
 protected:
  void SetUp() override {
    ProgramWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    // Core files would come if the program let them.
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_CORE, &unlimited);
    where_ = fs::current_path();
    fs::create_directories(this->share_.path() + "/cwd");
    fs::current_path(this->share_.path() + "/cwd");
  }
  void TearDown() override {
    if (!where_.empty()) fs::current_path(where_);
  }

  void expect_none(std::string_view bytes, const std::string& where) const {
    const std::string found = secrets_.found_in(bytes);
    EXPECT_TRUE(found.empty()) << found << " stands in " << where;
  }

  std::size_t expect_no_file_tells(const fs::path& folder) const {
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string path = entry.path().string();
      // What the city's departments would hold themselves.
      if (!entry.is_regular_file() || path.starts_with(this->data_ + "/demo/")) continue;
      ++files;
      expect_none(this->text_of(entry.path()), path);
    }
    return files;
  }

  // Every value of every row, also where the storage packs them in its files.
  void expect_no_row_tells() const {
    auto snapshot = must(Backend::shared ? storage::open_postgres_snapshot(this->backend_->settings_store(),
                                                                           std::chrono::seconds{5})
                                         : storage::open_embedded_snapshot(this->data_));
    std::size_t rows = 0;
    for (const auto& table : must(snapshot->tables())) {
      must(snapshot->each_row(table, [&](const storage::Row& row) -> Result<void> {
        ++rows;
        for (int at = 0; at < row.columns(); ++at) {
          const auto type = table.columns[static_cast<std::size_t>(at)].type;
          if (row.is_null(at)) continue;
          const std::string where = table.name + "." + table.columns[static_cast<std::size_t>(at)].name;
          if (type == storage::ColumnType::text) expect_none(row.text(at), where);
          if (type == storage::ColumnType::bytes) expect_none(row.blob(at), where);
        }
        return {};
      }));
    }
    EXPECT_GT(rows, 500U);
  }

  http::testing::Answer post(const std::string& path, const std::string& body) const {
    return this->ask(http::testing::post(path, body, "Accept-Language: en\r\n"));
  }

  Secrets secrets_;
  fs::path where_;
};

TYPED_TEST_SUITE(SecrecyRun, Backends, BackendNames);

TYPED_TEST(SecrecyRun, NothingTheProgramWroteOrToldToWatchersNamesAnybody) {
  this->init(400, {"--queue"});
  this->secrets_ = Secrets::of(this->data() + "/demo");
  this->secrets_.allow(this->text_of(this->data() + "/demo/city/regions.jsonl"));
  this->secrets_.allow(this->text_of(JINGWEI_SOURCE_DIR "/scenarios/city-departments/resources.yaml"));
  const Secrets& secrets = this->secrets_;
  ASSERT_GT(secrets.numbers.size(), 600U);
  ASSERT_GT(secrets.names.size(), 100U);
  ASSERT_FALSE(secrets.found_in("x" + *secrets.numbers.begin() + "y").empty())
      << "the search finds nothing at all";
  ASSERT_FALSE(secrets.found_in("x" + *secrets.names.begin() + "y").empty());
  const std::string known = *secrets.numbers.begin();

  // Loads, one of them cut by a crash of the worst kind, with a core file asked for.
  this->start();
  this->get("/api/v1/batches");
  if (!TypeParam::shared) {  // on PostgreSQL the leases of the one that crashed would be waited for
    EXPECT_EQ(this->stop(SIGSEGV), -SIGSEGV);
    this->start();
  }
  const auto batches = this->json(this->get("/api/v1/batches?limit=500").body);
  std::string refused;
  for (const auto& batch : batches.at("items").as_array())
    EXPECT_TRUE(this->follow(std::string(batch.at("id").as_string()), "done"));
  const auto loaded = this->json(this->get("/api/v1/batches?limit=500").body);
  for (const auto& batch : loaded.at("items").as_array()) {
    if (batch.at("refused").as_int64() > 0) refused = std::string(batch.at("id").as_string());
  }
  ASSERT_FALSE(refused.empty());

  // A file by the command, with rows that are refused; a piece that waits.
  const std::string file = this->share_.path() + "/more.csv";
  {
    std::ofstream csv(file);
    csv << "name,citizen_id,phone,grid\n";
    for (const auto& number : secrets.numbers)
      csv << *secrets.names.begin() << ',' << number << ',' << number << ",x\n";
  }
  EXPECT_EQ(this->command({"ingest", "resident-register", file}).code, 0) << this->text_of(this->errors());
  const auto upload =
      this->json(this->post("/api/v1/uploads",
                            R"({"resource": "resident-register", "filename": "waits.csv", "bytes": 100000})")
                     .body);
  const std::string piece = this->text_of(file).substr(0, 5'000);
  const auto put = this->ask(
      "PATCH /api/v1/uploads/" + std::string(upload.at("id").as_string()) +
      "?offset=0 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
      std::to_string(piece.size()) + "\r\n\r\n" + piece);
  EXPECT_EQ(put.status, 200) << put.body;

  // Reads and exports; those of everybody's page are masked.
  const std::string records = "/api/v1/resources/resident-register/records";
  const auto page = this->get(records + "?limit=100");
  EXPECT_EQ(page.status, 200);
  this->expect_none(page.body, "the list of records");
  const std::string record(this->json(page.body).at("items").at(0).at("id").as_string());
  this->expect_none(this->get(records + "/" + record).body, "a record");
  for (const char* path : {"/api/v1/resources/resident-register/records.csv",
                           "/api/v1/resources/resident-register/records.xlsx"})
    EXPECT_EQ(this->get(path).status, 200) << path;
  const std::string rows = "/api/v1/batches/" + refused + "/refused";
  const auto masked = this->get(rows + "?limit=500");
  EXPECT_EQ(masked.status, 200);
  this->expect_none(masked.body, "refused rows without a purpose");
  EXPECT_EQ(this->get(rows + ".xlsx").status, 403)
      << "nothing masked goes into a workbook that is sent again";
  for (const std::string path : {rows + ".xlsx", rows + "?limit=500"}) {
    const auto open =
        this->ask(http::testing::get(path, "Accept-Language: en\r\nJingwei-Purpose: epidemic-control\r\n"));
    EXPECT_EQ(open.status, 200) << path << ' ' << open.body.substr(0, 500);
  }

  // Words about one datum, and refusals: what was sent does not come back in them.
  const auto objection =
      this->post("/api/v1/objections", R"({"actor": "desk", "resource": "resident-register", "record": ")" +
                                           record + R"(", "version": 1, "field": "phone", "reason": ")" +
                                           known + R"( is not mine", "proposed": "15400000000"})");
  EXPECT_EQ(objection.status, 201) << objection.body;
  const std::string name = *secrets.names.begin();
  const std::vector<http::testing::Answer> refusals = {
      this->post(records,
                 R"({"name": ")" + name + R"(", "citizen_id": ")" + known + R"(", "grid": "nowhere"})"),
      this->post(records, R"({"name": ")" + name + R"(", "citizen_id": ")" + known +
                              R"(", "phone": "12", "grid": "990102002001001"})"),
      this->post(records, R"({"citizen_id": ")" + known),
      this->post("/api/v1/forms", known),
      this->get("/api/v1/batches/" + refused + "/progress?x=" + known),
      this->get("/api/v1/nothing/" + known),
  };
  for (const auto& answer : refusals) {
    EXPECT_GE(answer.status, 400);
    this->expect_none(answer.body, "the refusal " + std::to_string(answer.status));
  }
  this->get(records + "/" + known);  // whoever asks so has named it; the log must not

  // Reasons that say more than they need to: of a grant, and of words to be destroyed.
  const std::string why = R"("reason": ")" + known + ' ' + name + R"("})";
  const auto made = this->post("/api/v1/accounts", R"({"kind": "staff", "login": "helper", "name": "帮手"})");
  EXPECT_EQ(made.status, 201) << made.body;
  const std::string helper(this->json(made.body).at("account").at("id").as_string());
  const auto granted = this->post("/api/v1/accounts/" + helper + "/grants",
                                  R"({"role": "grid-worker", "region": "990100", )" + why);
  EXPECT_EQ(granted.status, 201) << granted.body;
  const auto ordered =
      this->post("/api/v1/audit/entries/0/destruction", R"({"order": "Order 2026-1", )" + why);
  EXPECT_EQ(ordered.status, 202) << ordered.body;
  EXPECT_NE(ordered.body.find(known), std::string::npos) << "whoever decides it reads it";

  // A code to somebody's telephone stands in the outbox until the city's gateway takes it, and nowhere else.
  const auto phone = std::find_if(secrets.numbers.begin(), secrets.numbers.end(),
                                  [](const std::string& number) { return number.size() == 11; });
  ASSERT_NE(phone, secrets.numbers.end());
  const auto sent = this->post("/api/v1/sign-in-codes", R"({"phone": ")" + *phone + R"("})");
  EXPECT_EQ(sent.status, 200) << sent.body;
  const std::string taken = this->share_.path() + "/taken.jsonl";
  fs::rename(this->data() + "/outbox/texts.jsonl", taken);
  EXPECT_NE(this->text_of(taken).find(*phone), std::string::npos);
  EXPECT_NE(this->text_of(taken).find("\"until\""), std::string::npos) << "it goes by itself if nobody comes";
  fs::remove(taken);

  // Watching, keys, a backup beside it all.
  for (const char* path : {"/metrics", "/api/v1/cockpit", "/api/v1/system/doctor", "/api/v1/keys",
                           "/api/v1/audit/entries", "/api/v1/quality", "/api/v1/system", "/readyz"}) {
    const auto answer = this->get(path);
    EXPECT_EQ(answer.status, 200) << path << answer.body;
    this->expect_none(answer.body, path);
  }
  EXPECT_EQ(this->post("/api/v1/keys/rotation", "").status, 200);
  const std::string backup = this->share_.path() + "/backup";
  EXPECT_EQ(this->command({"backup", "--to", backup}).code, 0) << this->text_of(this->errors());
  const Outcome doctor = this->command({"doctor"});
  this->expect_none(doctor.text, "the doctor");

  EXPECT_EQ(this->stop(SIGABRT), -SIGABRT);  // as a broken promise of our own would end it
  this->start();
  EXPECT_EQ(this->stop(), 0);

  EXPECT_GE(this->expect_no_file_tells(this->data()), 5U);
  EXPECT_GE(this->expect_no_file_tells(backup), 10U);
  this->expect_none(this->text_of(this->errors()), "standard error");
  EXPECT_NE(this->text_of(this->data() + "/jingwei.log").find("serve.started"), std::string::npos);
  EXPECT_TRUE(fs::is_empty(this->share_.path() + "/cwd")) << "a core file was written";
  this->expect_no_row_tells();
}

}  // namespace
}  // namespace jingwei
