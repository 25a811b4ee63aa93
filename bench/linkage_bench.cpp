// Linkage from file to file, as `jingwei link` does it: a million person records of three departments with
// mistakes, beside a linkage after Splink's method written in SQL for DuckDB; how time grows from 10^4 to
// 10^6; memory; a million rows that are all equal; records linked one by one among those of 2.4 million
// people, with nothing else going on and while every core reads and cleans files.
//
// linkage_bench [RECORDS [ROUNDS [ONLINE_PEOPLE]]]. JSON lines; medians of interleaved rounds.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unordered_map>

#include "app/cli/link_files.h"
#include "app/modules.h"
#include "base/random.h"
#include "bench/measure.h"
#include "engines/linkage/online_index.h"
#include "modules/ingest/reading/file_rows.h"
#include "storage/temporary_folder.h"

namespace {

using namespace jingwei;
using bench::give_up, bench::median, bench::must, bench::peak_megabytes, bench::Reporter,
    bench::seconds_since;
using Steady = bench::Steady;

constexpr std::string_view config_text = R"(id: rid
fields: {sur: surname, giv: given_name, dob: date, idno: identifier, phone: phone, grid: locality}
)";

// --- people ---

// Romanised names, so that both sides compare the same letters.
const std::vector<std::string> surnames = {
    "wang", "li",   "zhang", "liu", "chen",  "yang", "huang", "zhao", "wu",    "zhou",  "xu",
    "sun",  "ma",   "zhu",   "hu",  "guo",   "he",   "gao",   "lin",  "luo",   "zheng", "liang",
    "xie",  "song", "tang",  "han", "feng",  "yu",   "dong",  "xiao", "cheng", "cao",   "yuan",
    "deng", "tian", "pan",   "wei", "jiang", "cai",  "jia",   "ding", "ye",    "yan",   "du"};
const std::vector<std::string> beginnings = {"b", "p", "m",  "f",  "d",  "t", "n", "l", "g", "k", "h", "j",
                                             "q", "x", "zh", "ch", "sh", "r", "z", "c", "s", "y", "w"};
const std::vector<std::string> endings = {"a",   "ai", "an",  "ang", "ao", "e",   "en", "ei",
                                          "eng", "i",  "ian", "iao", "in", "ing", "iu", "o",
                                          "ong", "ou", "u",   "uan", "un", "ui",  "ue"};

std::string digits(Random& random, std::size_t count) {
  std::string text;
  for (std::size_t at = 0; at < count; ++at) text += static_cast<char>('0' + random.below(10));
  return text;
}

std::string two(std::uint64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string typo(std::string text, Random& random) {
  if (text.size() < 2) return text;
  const std::size_t at = random.below(text.size());
  const bool numeric = text[0] >= '0' && text[0] <= '9';
  const double kind = random.unit();
  if (kind < 0.5) {
    text[at] = static_cast<char>(numeric ? '0' + random.below(10) : 'a' + random.below(26));
  } else if (kind < 0.75 || at == 0) {
    text.erase(at, 1);
  } else {
    std::swap(text[at], text[at - 1]);
  }
  return text;
}

// The share of surnames falls like 1 over their place, as it does in truth.
const std::string& surname(Random& random) {
  static const std::vector<double> sums = [] {
    std::vector<double> all;
    double sum = 0;
    for (std::size_t at = 0; at < surnames.size(); ++at)
      all.push_back(sum += 1.0 / static_cast<double>(at + 2));
    return all;
  }();
  const double at = random.unit() * sums.back();
  return surnames[static_cast<std::size_t>(std::lower_bound(sums.begin(), sums.end(), at) - sums.begin())];
}

std::string syllable(Random& random) {
  return beginnings[random.below(beginnings.size())] + endings[random.below(endings.size())];
}

// Writes about `records` rows; gives who each is.
std::vector<std::uint32_t> write_people(const std::string& path, std::size_t records, std::uint64_t seed) {
  SeededRandom random(seed);
  std::vector<std::pair<std::string, std::uint32_t>> rows;
  for (std::uint32_t person = 0; rows.size() < records; ++person) {
    const std::string sur = surname(random),
                      giv = syllable(random) + (random.chance(0.8) ? syllable(random) : "");
    const std::string year = std::to_string(1935 + random.below(81)), day = two(1 + random.below(28));
    const std::string dob = year + "-" + two(1 + random.below(12)) + "-" + day;
    const std::string idno =
        "4404" + two(random.below(21)) + year + dob.substr(5, 2) + day + digits(random, 4);
    const std::string phone = "1" + digits(random, 10), grid = std::to_string(random.below(1'317));
    for (const char* const source : {"police", "health", "community"}) {
      if (!random.chance(0.72)) continue;
      std::string row = std::string(source) + "," + std::to_string(person) + ",";
      row += (random.chance(0.03) ? typo(sur, random) : sur) + "," +
             (random.chance(0.08) ? typo(giv, random) : giv) + ",";
      row += (random.chance(0.05) ? year + "-" + two(1 + random.below(12)) + "-" + day : dob) + ",";
      const double id_fate = random.unit(), phone_fate = random.unit();
      if (id_fate >= (source[0] == 'p' ? 0.05 : 0.35)) row += id_fate > 0.96 ? typo(idno, random) : idno;
      row += ",";
      if (phone_fate >= 0.3) row += phone_fate > 0.8 ? "1" + digits(random, 10) : phone;
      row += "," + (random.chance(0.12) ? std::to_string(random.below(1'317)) : grid) + "\n";
      rows.emplace_back(std::move(row), person);
    }
  }
  for (std::size_t at = rows.size(); at > 1; --at) std::swap(rows[at - 1], rows[random.below(at)]);
  std::ofstream file(path, std::ios::binary);
  file << "rid,src,pid,sur,giv,dob,idno,phone,grid\n";
  std::vector<std::uint32_t> truth;
  for (const auto& [row, person] : rows) {
    file << truth.size() << "," << row;
    truth.push_back(person);
  }
  return truth;
}

// --- measuring ---

const Reporter report("linkage", "records");
constexpr const char* duckdb_name = "DuckDB, Splink's method in SQL";

struct Outcome {
  double seconds = 0, linking_seconds = 0, precision = 0, recall = 0;
  std::size_t pairs = 0, compared = 0;
  double f1() const { return 2 * precision * recall / (precision + recall); }
};

double true_pairs(const std::vector<std::uint32_t>& truth) {
  std::unordered_map<std::uint32_t, double> count;
  for (const auto person : truth) ++count[person];
  double pairs = 0;
  for (const auto& [person, n] : count) pairs += n * (n - 1) / 2;
  return pairs;
}

// File to file, on two threads.
Outcome link(const std::string& folder, const std::vector<std::uint32_t>& truth) {
  constexpr unsigned threads = 2;
  const auto start = Steady::now();
  const auto config = must(app::cli::parse_link_config(config_text, "link.yaml"));
  auto input = must(app::cli::read_link_input(real_file_system(), config, folder + "/people.csv", ""));
  const auto read = Steady::now();
  input.records->prepare(threads);
  linkage::LinkOptions options;
  options.threads = threads;
  const auto answer = linkage::link(*input.records, options);
  Outcome outcome;
  outcome.linking_seconds = seconds_since(read);
  must(app::cli::write_pairs(real_file_system(), folder + "/pairs.csv", *input.records, answer, threads));
  outcome.seconds = seconds_since(start);
  outcome.pairs = answer.pairs.size();
  outcome.compared = answer.report.compared;
  if (truth.empty()) return outcome;
  double right = 0;
  for (const auto& pair : answer.pairs) right += truth[pair.left] == truth[pair.right] ? 1 : 0;
  outcome.precision = outcome.pairs > 0 ? right / static_cast<double>(outcome.pairs) : 1;
  outcome.recall = right / std::max(1.0, true_pairs(truth));
  return outcome;
}

// One round of the peer; nothing when Node.js or the package is not here (`./dev bench` installs it).
std::optional<Outcome> duckdb(const std::string& path) {
  const std::string command = "node bench/peers/duckdb_linkage.mjs " + path + " 1 2>/dev/null";
  FILE* output = popen(command.c_str(), "r");
  char line[400] = "";
  const bool told = output != nullptr && std::fgets(line, sizeof line, output) != nullptr;
  if (output != nullptr) pclose(output);
  double seconds = 0, pairs = 0, linked = 0, right = 0, all = 0;
  if (!told ||
      std::sscanf(line, "{\"seconds\":%lf,\"pairs\":%lf,\"linked\":%lf,\"right\":%lf,\"true_pairs\":%lf}",
                  &seconds, &pairs, &linked, &right, &all) != 5)
    return std::nullopt;
  Outcome outcome;
  outcome.seconds = seconds;
  outcome.precision = right / linked;
  outcome.recall = right / all;
  outcome.compared = static_cast<std::size_t>(pairs);
  return outcome;
}

void measure_growth(const std::string& folder, std::size_t most) {
  for (std::size_t records = 10'000; records < most; records *= 10) {
    const auto truth = write_people(folder + "/people.csv", records, 5);
    const Outcome outcome = link(folder, truth);
    report("seconds_at_1e" + std::to_string(static_cast<int>(std::log10(static_cast<double>(records)) + 0.5)),
           outcome.seconds, "s", records);
    report("f1_at_1e" + std::to_string(static_cast<int>(std::log10(static_cast<double>(records)) + 0.5)),
           outcome.f1(), "1", records);
  }
}

void measure_equal_rows(const std::string& folder, std::size_t records) {
  {
    std::ofstream file(folder + "/people.csv", std::ios::binary);
    file << "rid,src,pid,sur,giv,dob,idno,phone,grid\n";
    for (std::size_t at = 0; at < records; ++at)
      file << at << ",police,1,wang,xiuying,1970-01-01,440401197001010012,13900000000,12\n";
  }
  const Outcome outcome = link(folder, {});
  report("equal_rows_seconds", outcome.seconds, "s", records);
  report("equal_rows_pairs", static_cast<double>(outcome.pairs), "pairs written", records);
}

std::vector<std::string_view> raw_values(const linkage::Records& records, std::uint32_t record) {
  std::vector<std::string_view> values;
  for (std::size_t field = 0; field < records.fields(); ++field) values.push_back(records.raw(record, field));
  return values;
}

// The share of the last records whose person is the one that batch found.
double same_as_batch(const linkage::OnlineIndex& index, const linkage::Linkage& batch, std::size_t records,
                     std::size_t looked_at) {
  std::unordered_map<std::uint32_t, std::vector<linkage::RecordId>> members;
  for (std::uint32_t record = 0; record < records; ++record)
    members[batch.cluster_of[record]].push_back(record);
  std::size_t same = 0;
  for (std::size_t at = records - looked_at; at < records; ++at) {
    for (const auto& person : index.component(at).persons) {
      std::vector<linkage::RecordId> found;
      for (const auto& member : person.members) found.push_back(member.record);
      if (std::find(found.begin(), found.end(), at) == found.end()) continue;
      same += found == members[batch.cluster_of[at]] ? 1 : 0;
    }
  }
  return static_cast<double>(same) / static_cast<double>(looked_at);
}

// What ingest does meanwhile: each thread reads a file from its beginning to its end, again and again, and
// brings every row into the form that is linked.
class Ingest {
 public:
  Ingest(const std::string& path, const linkage::Model& model, unsigned threads) {
    for (unsigned thread = 0; thread < threads; ++thread) {
      threads_.emplace_back([this, path, &model] {
        while (!stopping_) read(path, model);
      });
    }
  }
  ~Ingest() {
    stopping_ = true;
    for (auto& thread : threads_) thread.join();
  }
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  std::size_t rows() const { return rows_; }

 private:
  void read(const std::string& path, const linkage::Model& model) {
    const auto reader = must(ingest::open_file(must(real_file_system().open(path, OpenMode::read))));
    constexpr std::size_t first_field = 3;
    std::vector<std::string_view> values(model.fields().size());
    for (ingest::Row row; !stopping_ && must(reader->next(row)); ++rows_) {
      for (std::size_t field = 0; field < values.size(); ++field)
        values[field] = row.cells[first_field + field].text;
      model.prepare(values);
    }
  }

  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> rows_{0};
  std::vector<std::thread> threads_;
};

// Records `from` up to `to` come one by one.
void measure_arrivals(linkage::OnlineIndex& index, const linkage::Records& records, std::size_t from,
                      std::size_t to, const std::string& name) {
  std::vector<double> finds, links;
  for (std::size_t record = from; record < to; ++record) {
    const auto values = raw_values(records, static_cast<std::uint32_t>(record));
    const auto asked = Steady::now();
    index.find(values);
    finds.push_back(1000 * seconds_since(asked));
    const auto came = Steady::now();
    index.add(record, values);
    index.component(record);
    links.push_back(1000 * seconds_since(came));
  }
  const std::size_t size = records.size();
  report(name + "_find_ms_p50", bench::at_share(finds, 0.5), "ms", size);
  report(name + "_find_ms_p99", bench::at_share(finds, 0.99), "ms", size);
  report(name + "_link_ms_p50", bench::at_share(links, 0.5), "ms to add and make its persons", size);
  report(name + "_link_ms_p99", bench::at_share(links, 0.99), "ms to add and make its persons", size);
  report(name + "_link_ms_most", bench::at_share(links, 1), "ms to add and make its persons", size);
}

// All records but the last are there; those come one by one.
void measure_online(const std::string& folder, std::size_t people) {
  constexpr unsigned threads = 2;
  const auto truth = write_people(folder + "/people.csv", people * 3 * 72 / 100, 6);
  const auto config = must(app::cli::parse_link_config(config_text, "link.yaml"));
  auto input = must(app::cli::read_link_input(real_file_system(), config, folder + "/people.csv", ""));
  linkage::Records& records = *input.records;
  const auto started = Steady::now();
  records.prepare(threads);
  linkage::LinkOptions options;
  options.threads = threads;
  const auto batch = linkage::link(records, options);
  report("online_model_learned_seconds", seconds_since(started), "s", records.size());
  report("online_model_bytes", static_cast<double>(batch.model->serialise().size()) / 1e6, "MB",
         records.size());
  linkage::OnlineIndex index(batch.model);
  const std::size_t arriving = std::min<std::size_t>(records.size() / 10, 10'000);
  const auto begun = Steady::now();
  for (std::uint32_t record = 0; record < records.size() - arriving; ++record)
    index.add(record, raw_values(records, record));
  report("online_filled", static_cast<double>(records.size() - arriving) / seconds_since(begun),
         "records/s added, one thread", records.size());
  report("online_memory", static_cast<double>(index.memory()) / 1e6, "MB of the index", records.size());
  const std::size_t half = records.size() - arriving / 2;
  measure_arrivals(index, records, records.size() - arriving, half, "online");
  {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const Ingest ingest(folder + "/people.csv", *batch.model, cores);
    const auto since = Steady::now();
    measure_arrivals(index, records, half, records.size(), "online_while_ingest_runs");
    report("online_meanwhile", static_cast<double>(ingest.rows()) / seconds_since(since),
           "rows/s read and cleaned", records.size());
  }
  report("online_overfull_blocks", static_cast<double>(index.overfull_blocks()), "blocks", records.size());
  report("online_same_as_batch", same_as_batch(index, batch, records.size(), arriving), "1", records.size());
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t records = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 3;
  app::register_all_messages();
  storage::TemporaryFolder folder;
  measure_growth(folder.path(), records);
  const auto truth = write_people(folder.path() + "/people.csv", records, 5);
  std::vector<double> ours, linking, theirs;
  Outcome last;
  std::optional<Outcome> peer;
  for (int round = 0; round < rounds; ++round) {
    last = link(folder.path(), truth);
    ours.push_back(last.seconds);
    linking.push_back(last.linking_seconds);
    if (const auto one = duckdb(folder.path() + "/people.csv")) {
      theirs.push_back(one->seconds);
      peer = one;
    }
  }
  const double seconds = median(ours), peer_seconds = theirs.empty() ? 0 : median(theirs);
  const auto count = static_cast<double>(truth.size());
  report("link_seconds", seconds, "s from file to pairs and clusters", truth.size(),
         {duckdb_name, peer_seconds});
  report("link_records", count / seconds, "records/s", truth.size(),
         {duckdb_name, peer_seconds > 0 ? count / peer_seconds : 0});
  report("link_seconds_without_files", median(linking), "s", truth.size());
  report("f1", last.f1(), "1", truth.size(), {duckdb_name, peer ? peer->f1() : 0});
  report("precision", last.precision, "1", truth.size(), {duckdb_name, peer ? peer->precision : 0});
  report("recall", last.recall, "1", truth.size(), {duckdb_name, peer ? peer->recall : 0});
  report("pairs_compared", static_cast<double>(last.compared), "pairs", truth.size(),
         {duckdb_name, peer ? static_cast<double>(peer->compared) : 0});
  report("peak_memory", peak_megabytes(), "MB", truth.size());
  measure_equal_rows(folder.path(), records);
  const std::size_t online = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 2'400'000;
  if (online > 0) measure_online(folder.path(), online);
  return 0;
}
