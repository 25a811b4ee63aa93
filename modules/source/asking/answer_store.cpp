#include "modules/source/asking/answer_store.h"

#include "base/json.h"
#include "modules/source/sql.gen.h"
#include "storage/pseudonym.h"

namespace jingwei::source {

namespace {

// The sealer keeps a key for each table: for each purpose, too.
std::string table_of(const std::string& purpose) {
  return "source_answer." + purpose;
}

storage::Value micros_of(std::optional<Instant> at) {
  if (!at) return storage::Null{};
  return to_micros(*at);
}

}  // namespace

AnswerKey answer_key(const SourceParts& parts, SourceId source, const Question& question,
                     const std::string& purpose, const Settings& inputs) {
  // A JSON object keeps names and values apart; its members are sorted.
  const std::string whole = source.to_string() + ' ' + question.id + ' ' + to_json(inputs);
  return {source, question.id, purpose,
          storage::bytes_of(parts.sealer.equality_hash(table_of(purpose), "inputs", whole))};
}

std::string subject_pseudonym(const SourceParts& parts, const Question& question, const Settings& inputs) {
  for (const auto& input : question.inputs) {
    const auto found = inputs.find(input.name);
    if (input.subject && found != inputs.end()) return storage::pseudonym_of(parts.sealer, found->second);
  }
  return "person:nobody";
}

Result<std::optional<KeptAnswer>> find_kept(const SourceParts& parts, storage::Reader& reader,
                                            const AnswerKey& key, Instant now) {
  std::optional<KeptAnswer> kept;
  const std::array<storage::Value, 5> parameters = {key.source.value, key.question, key.purpose,
                                                    storage::Blob{key.inputs}, to_micros(now)};
  JW_TRY(reader.query(sql::find_answer, parameters, [&](const storage::Row& row) {
    const std::string sealed(row.blob(1));
    const auto plain = parts.sealer.open({table_of(key.purpose), row.integer(0), "answer"}, sealed);
    if (!plain) return true;  // its key was destroyed, or its bytes were: the department is asked again
    const auto verdict = verdict_of_kept(*plain);
    if (verdict) kept = {*verdict, from_micros(row.integer(2))};
    return true;
  }));
  return kept;
}

Result<storage::Write> keep_answer(const SourceParts& parts, const AnswerKey& key, const KeptAnswer& answer,
                                   Instant expires) {
  JW_ASSIGN(const std::int64_t id, parts.store.allocate_ids());
  const std::string table = table_of(key.purpose);
  return storage::Write{&sql::keep_answer,
                        {id, key.source.value, key.question, key.purpose, storage::Blob{key.inputs},
                         storage::Blob{parts.sealer.seal({table, id, "answer"}, kept_text(answer.verdict))},
                         to_micros(answer.answered_at), to_micros(expires)},
                        1};
}

storage::Write forget_answers(SourceId source) {
  return {&sql::forget_answers, {source.value}, std::nullopt};
}

Result<std::int64_t> erase_lapsed(const SourceParts& parts) {
  const storage::Value now = to_micros(parts.clock.now());
  std::int64_t lapsed = 0;
  {
    JW_ASSIGN(auto reader, parts.store.read());
    JW_ASSIGN(const auto counted, storage::query_integer(*reader, sql::lapsed_answers, std::span(&now, 1)));
    lapsed = counted.value_or(0);
  }
  if (lapsed == 0) return 0;
  storage::Change change;
  change.writes.push_back({&sql::erase_lapsed_answers, {now}, std::nullopt});
  auto committed = parts.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return lapsed;
}

storage::Write count_question(SourceId source, const std::string& question, const QuestionCounts& more) {
  return {&sql::count_question,
          {source.value, question, more.answered, more.kept, more.unknown, more.waited_ms, more.last_ms,
           micros_of(more.last_answered_at), micros_of(more.last_unknown_at),
           std::string(more.unknown > 0 ? name_of(more.last_reason) : "")},
          1};
}

Result<std::map<std::string, QuestionCounts>> read_counts(storage::Reader& reader, SourceId source) {
  std::map<std::string, QuestionCounts> all;
  const storage::Value id = source.value;
  JW_TRY(reader.query(sql::question_counts, std::span(&id, 1), [&](const storage::Row& row) {
    QuestionCounts counts;
    counts.answered = row.integer(1);
    counts.kept = row.integer(2);
    counts.unknown = row.integer(3);
    counts.waited_ms = row.integer(4);
    counts.last_ms = row.integer(5);
    if (!row.is_null(6)) counts.last_answered_at = from_micros(row.integer(6));
    if (!row.is_null(7)) counts.last_unknown_at = from_micros(row.integer(7));
    counts.last_reason = reason_named(row.text(8));
    all[std::string(row.text(0))] = counts;
    return true;
  }));
  return all;
}

}  // namespace jingwei::source
