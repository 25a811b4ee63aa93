// What comes back: read, answered, and how that stands for each region below.
#include <algorithm>
#include <charconv>

#include "modules/catalog/repeatable.h"
#include "modules/notice/limits.h"
#include "modules/notice/notice_rows.h"
#include "modules/notice/sql.gen.h"

namespace jingwei::notice {

namespace {

constexpr std::string_view sealed_table = "notice_receipt";

// The associated row of a sealed answer: it opens only where it was given.
std::int64_t sealed_row(NoticeId notice, AccountId account) {
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(notice.value) * 0x9E3779B97F4A7C15ULL) ^
                                   static_cast<std::uint64_t>(account.value)) &
         INT64_MAX;
}

void add(QuestionSum& sum, const Question& question, const std::string& answer) {
  ++sum.answered;
  if (question.type == Question::Type::yes_no || question.type == Question::Type::choice)
    ++sum.counts[answer];
  if (question.type == Question::Type::number) {
    double number = 0;
    std::from_chars(answer.data(), answer.data() + answer.size(), number);
    sum.sum += number;
  }
}

void add(Progress& progress, const Notice& notice, const Receipt& receipt) {
  ++progress.counts.all;
  progress.counts.read += receipt.read_at ? 1 : 0;
  progress.counts.answered += receipt.answered_at ? 1 : 0;
  for (const auto& question : notice.questions) {
    const auto answer = receipt.answers.find(question.id);
    if (answer != receipt.answers.end()) add(progress.questions[question.id], question, answer->second);
  }
}

}  // namespace

Result<Receipt> Notices::receipt_of_row(const storage::Row& row, int first, NoticeId notice) const {
  Receipt receipt;
  receipt.account = AccountId(row.integer(first));
  receipt.region = RegionId(row.integer(first + 1));
  receipt.role = row.text(first + 2);
  if (!row.is_null(first + 3)) receipt.read_at = from_micros(row.integer(first + 3));
  receipt.reminders = row.integer(first + 4);
  if (!row.is_null(first + 5)) receipt.answered_at = from_micros(row.integer(first + 5));
  if (!row.is_null(first + 6)) {
    JW_ASSIGN(const std::string opened,
              parts_.sealer.open({sealed_table, sealed_row(notice, receipt.account), "answer"},
                                 row.blob(first + 6)));
    JW_ASSIGN(receipt.answers, answers_of_text(opened));
  }
  return receipt;
}

Result<std::vector<Receipt>> Notices::receipts(const Notice& notice, const Asker& asker) const {
  JW_ASSIGN(const Authority authority, reach("notice.follow", asker));
  const auto tree = parts_.regions.tree();
  const storage::Value key = notice.id.value;
  std::vector<Receipt> found;
  std::optional<Error> fault;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::receipts_of, std::span(&key, 1), [&](const storage::Row& row) {
    const RegionId region(row.integer(1));
    const region::Node node = region ? tree->find(region) : region::no_node;
    if (!authority.whole_area && (node == region::no_node || !authority.scope.contains(node))) return true;
    auto receipt = receipt_of_row(row, 0, notice.id);
    if (!receipt) fault = receipt.error();
    if (receipt) found.push_back(std::move(*receipt));
    return !fault;
  }));
  if (fault) return *fault;
  return found;
}

Result<std::vector<Progress>> Notices::progress(const Notice& notice, const std::string& region,
                                                const Asker& asker) const {
  JW_ASSIGN(const Authority authority, reach("notice.follow", asker));
  JW_ASSIGN(const auto all, receipts(notice, asker));
  const auto tree = parts_.regions.tree();
  region::Node above = tree->find(authority.home ? authority.home : parts_.hub_region());
  if (!region.empty()) {
    above = tree->find(region);
    if (above == region::no_node)
      return Error(ErrorCode::not_found, "region.not_found").with("code", region).at("region");
    if (!authority.whole_area && !authority.scope.contains(above))
      return Error(ErrorCode::denied, "notice.not_your_region").with("code", region).at("region");
  }
  if (above == region::no_node) above = tree->root();
  std::map<region::Node, Progress> found;  // no_node: without a place
  for (const auto& receipt : all) {
    region::Node node = receipt.region ? tree->find(receipt.region) : region::no_node;
    if (node == region::no_node && !region.empty()) continue;
    if (node != region::no_node && !tree->contains(above, node)) continue;
    while (node != region::no_node && node != above && tree->parent(node) != above) node = tree->parent(node);
    Progress& progress = found[node];
    if (node != region::no_node) progress.region = tree->id(node);
    add(progress, notice, receipt);
  }
  std::vector<Progress> list;
  for (auto& [node, progress] : found) list.push_back(std::move(progress));
  return list;
}

Result<std::vector<DeliveryCount>> Notices::deliveries(NoticeId id) const {
  const storage::Value key = id.value;
  std::vector<DeliveryCount> counts;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::count_deliveries, std::span(&key, 1), [&](const storage::Row& row) {
    counts.push_back({std::string(row.text(0)), std::string(row.text(1)), row.integer(2)});
    return true;
  }));
  return counts;
}

Result<std::vector<Received>> Notices::inbox(AccountId account, NoticeId before, std::size_t most,
                                             bool unread) const {
  const std::array<storage::Value, 4> parameters = {account.value, before ? before.value : INT64_MAX,
                                                    static_cast<std::int64_t>(most),
                                                    std::int64_t{unread ? 1 : 0}};
  std::vector<Received> found;
  std::optional<Error> fault;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::notices_of_account, parameters, [&](const storage::Row& row) {
    auto notice = notice_of_row(row);
    auto receipt = receipt_of_row(row, notice_columns, NoticeId(row.integer(0)));
    if (!notice) fault = notice.error();
    if (!receipt) fault = receipt.error();
    if (!fault) found.push_back({std::move(*notice), std::move(*receipt)});
    return !fault;
  }));
  if (fault) return *fault;
  return found;
}

Result<std::int64_t> Notices::unread(AccountId account) const {
  const storage::Value key = account.value;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const auto count,
            storage::query_integer(*reader, sql::count_unread_of_account, std::span(&key, 1)));
  return count.value_or(0);
}

Result<Received> Notices::received(NoticeId id, AccountId account) const {
  // The page that begins just behind it.
  JW_ASSIGN(auto found, inbox(account, NoticeId(id.value + 1), 1, false));
  if (found.empty() || found.front().notice.id != id) return not_found(id);
  return std::move(found.front());
}

Result<Received> Notices::read(NoticeId id, AccountId account, const std::string& actor) {
  JW_ASSIGN(Received one, received(id, account));
  if (one.receipt.read_at) return one;
  one.receipt.read_at = parts_.clock.now();
  storage::Change change;
  change.writes.push_back({&sql::read_notice, {id.value, account.value, to_micros(*one.receipt.read_at)}, 1});
  tell(one.notice, "read", actor, change);
  const auto done = parts_.store.commit(std::move(change));
  // Somebody else's click of the same account was first: there is nothing left to write or to tell.
  if (!done && done.error().code != ErrorCode::conflict) return done.error();
  return received(id, account);
}

Result<Received> Notices::answer(NoticeId id, AccountId account, Answers answers, const Asker& asker) {
  auto row = catalog::idempotency_of(asker.idempotency_key, asker.actor, "answer_notice",
                                     {id.to_string(), answers_text(answers)}, id.to_string());
  const auto decided = [&](storage::Reader&) -> Result<storage::Change> {
    JW_ASSIGN(const Received one, received(id, account));
    if (!one.notice.asks()) return Error(ErrorCode::conflict, "notice.asks_nothing");
    if (one.notice.ended)
      return Error(ErrorCode::conflict, "notice.ended_already").with("actor", one.notice.ended_by);
    if (one.receipt.answered_at) return Error(ErrorCode::conflict, "notice.answered_already");
    JW_ASSIGN(const Answers fits, fitting(one.notice.questions, answers));
    const storage::Blob sealed{
        parts_.sealer.seal({sealed_table, sealed_row(id, account), "answer"}, answers_text(fits))};
    storage::Change change;
    change.writes.push_back(
        {&sql::answer_notice, {id.value, account.value, to_micros(parts_.clock.now()), sealed}, 1});
    tell(one.notice, "answered", asker.actor, change);
    return change;
  };
  const auto committed = catalog::commit_once(parts_.store, row, decided);
  if (!committed) return committed.error();
  return received(id, account);
}

Result<void> Notices::told(NoticeId id, AccountId recipient, const Asker& asker) {
  JW_ASSIGN(const Notice notice, find(id, asker));
  if (notice.ended) return Error(ErrorCode::conflict, "notice.ended_already");
  JW_ASSIGN(const auto all, receipts(notice, asker));
  const bool followed =
      std::any_of(all.begin(), all.end(), [&](const Receipt& one) { return one.account == recipient; });
  const auto contact = followed ? contact_of(parts_, id, recipient) : Result<Contact>(not_found(id));
  if (!contact) return contact.error();
  if (!contact->person) return not_found(id);
  storage::Change change;
  change.writes.push_back(
      {&sql::read_notice, {id.value, recipient.value, to_micros(parts_.clock.now())}, std::nullopt});
  change.audit.push_back({asker.actor, "notice.told", "notice:" + id.to_string(),
                          R"({"recipient":")" + recipient.to_string() + "\"}"});
  JW_TRY(parts_.store.commit(std::move(change)));
  return {};
}

}  // namespace jingwei::notice
