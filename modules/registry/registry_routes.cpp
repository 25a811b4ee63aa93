#include "modules/registry/registry_routes.h"

#include "base/json_items.h"
#include "modules/registry/api.gen.h"
#include "modules/registry/export_book.h"
#include "modules/registry/limits.h"
#include "modules/registry/registry_json.h"
#include "modules/registry/why_json.h"

namespace jingwei::registry {

using http::problem;

namespace {

ingest::WriteRequest request_of(const http::Request& http, const std::optional<std::string>& key) {
  return {http.actor(), key};
}

Reader reader_of(const http::Request& http) {
  return {http.caller, std::string(http.purpose())};
}

// "head:resident-register,phone:resident-register", as the pattern of its parameter has it.
Files::From sources_of(const std::optional<std::string>& given) {
  Files::From from;
  std::string_view rest = given ? std::string_view(*given) : std::string_view();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size()), colon = rest.find(':');
    from.emplace(rest.substr(0, colon), rest.substr(colon + 1, end - colon - 1));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return from;
}

}  // namespace

class RegistryRoutes::Handlers final : public api::Operations {
 public:
  Handlers(RegistryService& registry, OwnDocuments documents)
      : registry_(registry), documents_(std::move(documents)) {}

  http::Response search_subjects(const http::Request& http, const api::SearchSubjects& in) override {
    SubjectQuery query;
    query.text = in.q;
    if (in.kind) query.kind = kind_named(*in.kind);
    query.under = in.under;
    query.most = static_cast<std::size_t>(in.limit);
    const auto found = registry_.search(query, reader_of(http));
    if (!found) return problem(found.error(), http.language);
    auto response = http::Response::json(
        found_json(*found, registry_.purposes_of(reader_of(http)), *tree(), http.language));
    for (const auto& one : found->items) disclose(one.entry, response.disclosed.persons);
    return response;
  }

  http::Response get_subject(const http::Request& http, const api::GetSubject& in) override {
    const auto file = registry_.files().file(SubjectId(in.id), reader_of(http), http.language);
    if (!file) return problem(file.error(), http.language);
    const auto others = others_of(*file, http);
    if (!others) return problem(others.error(), http.language);
    http::Response response = http::Response::json(
        file_json(*file, *others, registry_.purposes_of(reader_of(http)), *tree(), http.language));
    response.disclosed = disclosure_of(*file, http);
    return response;
  }

  http::Response explain_link(const http::Request& http, const api::ExplainLink& in) override {
    const auto why = registry_.whys().why(SubjectId(in.id), RecordId(in.record), reader_of(http));
    if (!why) return problem(why.error(), http.language);
    const Reasons reasons = may(http, "subject.merge") ? Reasons::told : Reasons::withheld;
    http::Response response = http::Response::json(why_json(*why, reasons, *tree(), http.language));
    if (kind_of(why->entry.link.role) == Kind::person) response.disclosed.subject = why->entry.record.subject;
    response.disclosed.purpose = std::string(http.purpose());
    if (why->other) disclose(*why->other, response.disclosed.persons);
    return response;
  }

  http::Response prefill_form(const http::Request& http, const api::PrefillForm& in) override {
    const auto file = registry_.files().file(SubjectId(in.id), reader_of(http), http.language);
    if (!file) return problem(file.error(), http.language);
    const auto form = registry_.parts().catalog.find_receiving(in.form);
    if (!form) return problem(form.error(), http.language);
    const auto known = registry_.files().prefill(*file, in.form, http.language, sources_of(in.from));
    if (!known) return problem(known.error(), http.language);
    http::Response response =
        http::Response::json(prefill_json(*file, (*form)->resource, *known, http.language));
    response.disclosed = disclosure_of(*file, http);
    return response;
  }

  http::Response export_subject(const http::Request& http, const api::ExportSubject& in) override {
    const auto file = registry_.files().copy_for(SubjectId(in.id), reader_of(http), http.language);
    if (!file) return problem(file.error(), http.language);
    auto bytes = export_book(*file, registry_.parts(), http.language);
    if (!bytes) return problem(bytes.error(), http.language);
    http::Response response = http::Response::text(
        std::move(*bytes), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"" + file->id.to_string() + ".xlsx\"");
    response.disclosed = disclosure_of(*file, http);
    return response;
  }

  http::Response get_my_file(const http::Request& http, const api::GetMyFile& in) override {
    const auto documents = http.caller && http.caller->account() != 0
                               ? documents_(http.caller->account(), in.ward)
                               : Result<std::vector<std::string>>(std::vector<std::string>());
    if (!documents) return problem(documents.error(), http.language);
    if (documents->empty()) return problem(Error(ErrorCode::denied, "registry.unverified"), http.language);
    const auto file = registry_.own_file(*documents);
    if (!file) return problem(file.error(), http.language);
    const auto& parts = registry_.parts();
    http::Response response = http::Response::json(
        own_file_json(*file, parts.clock.now(), !parts.ingest.parts().synthetic_id_prefixes.empty(), *tree(),
                      http.language));
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"own-file.json\"");
    response.disclosed.subject = file->pseudonym;
    return response;
  }

  http::Response list_subject_events(const http::Request& http, const api::ListSubjectEvents& in) override {
    if (const auto seen = see(SubjectId(in.id), http); !seen) return problem(seen.error(), http.language);
    const auto events = registry_.decisions().events(SubjectId(in.id), EventId(), limits::events_listed);
    if (!events) return problem(events.error(), http.language);
    return http::Response::json(page_json(
        *events, events->size(), [](JsonWriter& json, const Event& event) { write_event(json, event); }));
  }

  http::Response merge_subjects(const http::Request& http, const api::MergeSubjects& in) override {
    const SubjectId one(in.id), other(in.body["with"].integer());
    for (const SubjectId subject : {one, other}) {
      if (const auto seen = see(subject, http); !seen) return problem(seen.error(), http.language);
    }
    const auto event = registry_.decisions().merge(one, other, in.body["reason"].text(),
                                                   request_of(http, in.idempotency_key));
    return event_response(event, http.language, 201);
  }

  http::Response list_merge_history(const http::Request& http, const api::ListMergeHistory& in) override {
    const auto limit = static_cast<std::size_t>(in.limit);
    const auto events = registry_.decisions().events(SubjectId(), EventId(in.cursor.value_or(0)), limit + 1);
    if (!events) return problem(events.error(), http.language);
    return http::Response::json(page_json(*events, limit, [&](JsonWriter& json, Event event) {
      // Why, and upon what, is told to who may open the file alone.
      if (!see(event.kept, http)) {
        event.reason.clear();
        event.weights = "{}";
      }
      write_event(json, event);
    }));
  }

  http::Response undo_merge(const http::Request& http, const api::UndoMerge& in) override {
    const auto found = registry_.decisions().find_event(EventId(in.id));
    if (!found) return problem(found.error(), http.language);
    if (const auto seen = see(found->gone, http); !seen) return problem(seen.error(), http.language);
    return event_response(registry_.decisions().undo(EventId(in.id), request_of(http, in.idempotency_key)),
                          http.language, 200);
  }

  http::Response relate_subjects(const http::Request& http, const api::RelateSubjects& in) override {
    NewRelation relation;
    relation.subject = SubjectId(in.id);
    relation.other = SubjectId(in.body["with"].integer());
    relation.kind = relation_named(in.body["kind"].text()).value_or(RelationKind::carer);
    if (in.body["from"].present()) relation.from = in.body["from"].day();
    if (in.body["to"].present()) relation.to = in.body["to"].day();
    for (const SubjectId subject : {relation.subject, relation.other}) {
      if (const auto seen = see(subject, http); !seen) return problem(seen.error(), http.language);
    }
    const auto id = registry_.relate(relation, request_of(http, in.idempotency_key));
    if (!id) return problem(id.error(), http.language);
    return http::Response::json("{\"id\":\"" + id->to_string() + "\"}", 201);
  }

  http::Response end_relation(const http::Request& http, const api::EndRelation& in) override {
    const auto relation = registry_.find_relation(RelationId(in.id));
    if (!relation) return problem(relation.error(), http.language);
    if (const auto seen = see(relation->subject, http); !seen) return problem(seen.error(), http.language);
    const auto ended = registry_.end_relation(RelationId(in.id), request_of(http, in.idempotency_key));
    if (!ended) return problem(ended.error(), http.language);
    return http::Response::no_content();
  }

  http::Response next_review(const http::Request& http, const api::NextReview&) override {
    ReviewSides sides;
    const auto may_see = [&](const Review& review) -> Result<bool> {
      JW_ASSIGN(sides, sides_of(review, http));
      return sides.a && sides.b;
    };
    const auto told = [&] { return disclosure_text(http.purpose(), persons_of(sides)); };
    const auto offered = registry_.decisions().next_review(http.actor(), may_see, told);
    if (!offered) return problem(offered.error(), http.language);
    const auto open = registry_.decisions().count(ReviewState::open);
    if (!open) return problem(open.error(), http.language);
    const auto unsure = registry_.decisions().count(ReviewState::unsure);
    if (!unsure) return problem(unsure.error(), http.language);
    JsonWriter json(8'192);
    json.begin_object();
    json.key("review");
    if (*offered) {
      write_review(json, **offered, sides, *tree(), http.language);
    } else {
      json.null();
    }
    json.member("open", *open);
    json.member("unsure", *unsure);
    write_purposes(json, registry_.purposes_of(reader_of(http)));
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response list_reviews(const http::Request& http, const api::ListReviews& in) override {
    const auto limit = static_cast<std::size_t>(in.limit);
    std::optional<ReviewState> state;
    if (in.state) state = review_state_named(*in.state);
    const auto reviews = registry_.decisions().reviews(state, ReviewId(in.cursor.value_or(0)), limit + 1);
    if (!reviews) return problem(reviews.error(), http.language);
    JsonWriter json(8'192);
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (std::size_t at = 0; at < std::min(limit, reviews->size()); ++at) {
      const Review& review = (*reviews)[at];
      // What still waits is listed for whoever may look at both.
      if (review.state == ReviewState::open || review.state == ReviewState::unsure) {
        const auto sides = sides_of(review, http);
        if (!sides) return problem(sides.error(), http.language);
        if (!sides->a || !sides->b) continue;
      }
      write_review(json, review, {}, *tree(), http.language);
    }
    json.end_array();
    json.key("next_cursor");
    if (reviews->size() > limit) {
      json.value((*reviews)[limit - 1].id.to_string());
    } else {
      json.null();
    }
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response get_review(const http::Request& http, const api::GetReview& in) override {
    return review_response(registry_.decisions().find_review(ReviewId(in.id)), http);
  }

  http::Response decide_review(const http::Request& http, const api::DecideReview& in) override {
    if (const auto seen = see_review(ReviewId(in.id), http); !seen)
      return problem(seen.error(), http.language);
    const auto verdict = review_state_named(in.body["verdict"].text()).value_or(ReviewState::unsure);
    return review_response(
        registry_.decisions().decide(ReviewId(in.id), verdict, request_of(http, in.idempotency_key)), http);
  }

  http::Response reopen_review(const http::Request& http, const api::ReopenReview& in) override {
    if (const auto seen = see_review(ReviewId(in.id), http); !seen)
      return problem(seen.error(), http.language);
    return review_response(
        registry_.decisions().reopen(ReviewId(in.id), request_of(http, in.idempotency_key)), http);
  }

  http::Response list_withdrawal_subjects(const http::Request& http,
                                          const api::ListWithdrawalSubjects& in) override {
    const auto foretold = registry_.foretelling().of_withdrawal(BatchId(in.batch));
    if (!foretold) return problem(foretold.error(), http.language);
    const auto limit = static_cast<std::size_t>(in.limit);
    std::vector<SeenSubject> seen;
    http::Disclosure disclosed;
    disclosed.purpose = std::string(http.purpose());
    // The cursor counts subjects that were gone through, whether or not they may be seen.
    auto at = static_cast<std::size_t>(in.cursor.value_or(0));
    for (; at < foretold->subjects.size() && seen.size() < limit; ++at) {
      const ForetoldSubject& subject = foretold->subjects[at];
      const auto entry = registry_.best_entry(subject.id, reader_of(http));
      if (!entry) return problem(entry.error(), http.language);
      if (!*entry) continue;
      disclose(**entry, disclosed.persons);
      seen.push_back({subject, **entry});
    }
    const auto next = at < foretold->subjects.size() ? std::optional(static_cast<std::int64_t>(at))
                                                     : std::optional<std::int64_t>();
    auto response = http::Response::json(foretold_json(*foretold, seen, next, *tree(), http.language));
    response.disclosed = std::move(disclosed);
    return response;
  }

  http::Response ask_comparison(const http::Request& http, const api::AskComparison& in) override {
    const auto text_of = [&](const char* name) {
      return in.body[name].present() ? std::string(in.body[name].text()) : std::string();
    };
    NewComparison wanted;
    wanted.title = text_of("title");
    wanted.purpose = text_of("purpose");
    wanted.left = text_of("left");
    wanted.right = text_of("right");
    wanted.region = text_of("region");
    wanted.left_region = text_of("left_region");
    wanted.right_region = text_of("right_region");
    wanted.reason = text_of("reason");
    wanted.mode = comparison_mode_named(text_of("mode")).value_or(ComparisonMode::regions);
    if (in.body["keep_days"].present()) wanted.keep_days = in.body["keep_days"].integer();
    if (in.body["list"].present()) {
      for (const auto& item : in.body["list"].items()) wanted.list.emplace_back(item.text());
    }
    return comparison_response(
        registry_.comparisons().ask(wanted, http.caller.get(), request_of(http, in.idempotency_key)),
        http.language, 201);
  }

  http::Response list_comparisons(const http::Request& http, const api::ListComparisons& in) override {
    const auto limit = static_cast<std::size_t>(in.limit);
    const auto all = registry_.comparisons().list(may_approve(http) ? std::string() : http.actor(),
                                                  ComparisonId(in.cursor.value_or(0)), limit + 1);
    if (!all) return problem(all.error(), http.language);
    return http::Response::json(page_json(*all, limit, [&](JsonWriter& json, const Comparison& one) {
      write_comparison(json, one, {}, *tree(), http.language);
    }));
  }

  http::Response get_comparison(const http::Request& http, const api::GetComparison& in) override {
    return comparison_response(comparison_of(ComparisonId(in.id), http), http.language, 200);
  }

  http::Response decide_comparison(const http::Request& http, const api::DecideComparison& in) override {
    const auto word =
        in.body["step"].text() == "approve" ? Comparisons::Word::approve : Comparisons::Word::decline;
    const std::string answer =
        in.body["answer"].present() ? std::string(in.body["answer"].text()) : std::string();
    return comparison_response(registry_.comparisons().decide(ComparisonId(in.id), word, answer,
                                                              request_of(http, in.idempotency_key)),
                               http.language, 200);
  }

  http::Response list_comparison_matches(const http::Request& http,
                                         const api::ListComparisonMatches& in) override {
    const auto one = comparison_of(ComparisonId(in.id), http);
    if (!one) return problem(one.error(), http.language);
    // Who approves sees what for, and not whom.
    if (one->asked_by != http.actor()) return problem(no_comparison(one->id), http.language);
    if (one->mode == ComparisonMode::regions)
      return problem(Error(ErrorCode::denied, "registry.comparison_counts_only"), http.language);
    const auto limit = static_cast<std::size_t>(in.limit);
    const auto matches = registry_.comparisons().matches(one->id, in.cursor.value_or(0), limit + 1);
    if (!matches) return problem(matches.error(), http.language);
    http::Disclosure disclosed;
    disclosed.purpose = one->purpose;
    const auto write = [&](JsonWriter& json, const ComparisonMatch& match) {
      std::string name;
      if (one->mode == ComparisonMode::list) {
        const auto entry = registry_.entry_of(match.right_record, Kind::person, reader_of(http));
        if (entry && *entry) {
          name = label_of(**entry, *tree(), http.language).name;
          disclose(**entry, disclosed.persons);
        }
      }
      write_match(json, match, one->mode, name);
    };
    auto response = http::Response::json(page_json(
        *matches, limit, write, [](const ComparisonMatch& match) { return std::to_string(match.number); }));
    response.disclosed = std::move(disclosed);
    return response;
  }

  http::Response list_models(const http::Request& http, const api::ListModels&) override {
    const auto models = registry_.models().list();
    if (!models) return problem(models.error(), http.language);
    const auto force = in_force();
    if (!force) return problem(force.error(), http.language);
    return http::Response::json(page_json(
        *models, models->size(),
        [&](JsonWriter& json, const ModelVersion& one) { write_model(json, one, *force, http.language); },
        [](const ModelVersion& one) { return std::to_string(one.version); }));
  }

  http::Response learn_model(const http::Request& http, const api::LearnModel& in) override {
    return model_response(registry_.models().learn(request_of(http, in.idempotency_key)), http.language, 202);
  }

  http::Response get_model(const http::Request& http, const api::GetModel& in) override {
    return model_response(registry_.models().find(in.version), http.language, 200);
  }

  http::Response compare_model(const http::Request& http, const api::CompareModel& in) override {
    return model_response(registry_.models().compare(in.version, request_of(http, in.idempotency_key)),
                          http.language, 202);
  }

  http::Response activate_model(const http::Request& http, const api::ActivateModel& in) override {
    return model_response(registry_.models().activate(in.version, request_of(http, in.idempotency_key)),
                          http.language, 200);
  }

  http::Response get_registry(const http::Request& http, const api::GetRegistry&) override {
    const auto status = registry_.status();
    if (!status) return problem(status.error(), http.language);
    return http::Response::json(status_json(*status, registry_.purposes_of(reader_of(http)),
                                            registry_.parts().catalog, http.language));
  }

 private:
  std::shared_ptr<const region::Tree> tree() const { return registry_.parts().regions.tree(); }

  http::Disclosure disclosure_of(const SubjectFile& file, const http::Request& http) const {
    return {file.pseudonym, "", "", std::string(http.purpose()), {}};
  }

  static void disclose(const FileEntry& entry, std::vector<std::string>& persons) {
    const auto& record = entry.record;
    if (record.discloses && !record.subject.empty()) persons.push_back(record.subject);
  }

  static std::vector<std::string> persons_of(const ReviewSides& sides) {
    std::vector<std::string> persons;
    for (const auto* side : {&sides.a, &sides.b}) {
      if (*side) disclose(**side, persons);
    }
    return persons;
  }

  // As the audit log keeps it of every look at people; the purpose is one that opened something.
  static std::string disclosure_text(std::string_view purpose, const std::vector<std::string>& persons) {
    JsonWriter json;
    json.begin_object();
    if (!persons.empty()) json.member("purpose", purpose);
    json.member("outcome", "answered");
    if (!persons.empty()) {
      json.key("persons");
      json.begin_array();
      for (const auto& person : persons) json.value(person);
      json.end_array();
    }
    json.end_object();
    return json.take();
  }

  // Nobody acts on what they may not see. Errors: not_found.
  Result<void> see(SubjectId subject, const http::Request& http) const {
    auto file = registry_.files().file(subject, reader_of(http), http.language);
    if (!file) return std::move(file).error();
    return {};
  }

  Result<std::map<SubjectId, OtherSubject>> others_of(const SubjectFile& file,
                                                      const http::Request& http) const {
    std::map<SubjectId, OtherSubject> others;
    for (const auto& relation : file.relations) {
      const SubjectId other = relation.subject == file.id ? relation.other : relation.subject;
      if (others.contains(other)) continue;
      JW_ASSIGN(auto entry, registry_.best_entry(other, reader_of(http)));
      if (!entry) continue;
      const Label label = label_of(*entry, *tree(), http.language);
      others[other] = {kind_of(entry->link.role), label.name.empty() ? label.identifier : label.name};
    }
    return others;
  }

  Result<ReviewSides> sides_of(const Review& review, const http::Request& http) const {
    ReviewSides sides;
    JW_ASSIGN(sides.a, registry_.entry_of(review.a, kind_of(review.role), reader_of(http)));
    JW_ASSIGN(sides.b, registry_.entry_of(review.b, kind_of(review.role), reader_of(http)));
    return sides;
  }

  Result<void> see_review(ReviewId id, const http::Request& http) const {
    JW_ASSIGN(const Review review, registry_.decisions().find_review(id));
    JW_ASSIGN(const ReviewSides sides, sides_of(review, http));
    if (!sides.a || !sides.b)
      return Error(ErrorCode::not_found, "registry.review_not_found").with("id", id.to_string());
    return {};
  }

  http::Response review_response(const Result<Review>& review, const http::Request& http) const {
    if (!review) return problem(review.error(), http.language);
    const auto sides = sides_of(*review, http);
    if (!sides) return problem(sides.error(), http.language);
    if (!sides->a || !sides->b) {
      return problem(
          Error(ErrorCode::not_found, "registry.review_not_found").with("id", review->id.to_string()),
          http.language);
    }
    JsonWriter json(8'192);
    write_review(json, *review, *sides, *tree(), http.language);
    http::Response response = http::Response::json(json.take());
    response.disclosed.purpose = std::string(http.purpose());
    response.disclosed.persons = persons_of(*sides);
    return response;
  }

  bool may(const http::Request& http, std::string_view permission) const {
    return !http.caller || http.caller->may(permission, registry_.parts().clock.now()).ok();
  }
  bool may_approve(const http::Request& http) const { return may(http, "comparison.approve"); }

  static Error no_comparison(ComparisonId id) {
    return Error(ErrorCode::not_found, "registry.comparison_not_found").with("id", id.to_string());
  }

  Result<Comparison> comparison_of(ComparisonId id, const http::Request& http) const {
    JW_ASSIGN(Comparison one, registry_.comparisons().find(id));
    if (one.asked_by != http.actor() && !may_approve(http)) return no_comparison(id);
    return one;
  }

  http::Response comparison_response(const Result<Comparison>& one, Language language, int status) const {
    if (!one) return problem(one.error(), language);
    std::vector<std::pair<RegionId, std::int64_t>> by_region;
    if (one->state == ComparisonState::done && one->mode != ComparisonMode::flags) {
      auto counted = registry_.comparisons().by_region(one->id);
      if (!counted) return problem(counted.error(), language);
      by_region = std::move(*counted);
    }
    JsonWriter json(2'048);
    write_comparison(json, *one, by_region, *tree(), language);
    return http::Response::json(json.take(), status);
  }

  static void write_match(JsonWriter& json, const ComparisonMatch& match, ComparisonMode mode,
                          const std::string& name) {
    const auto or_null = [&](std::string_view key, const std::string& text) {
      json.key(key);
      if (text.empty()) {
        json.null();
      } else {
        json.value(text);
      }
    };
    json.begin_object();
    json.member("number", match.number);
    or_null("subject", mode == ComparisonMode::flags ? std::string() : match.subject.to_string());
    or_null("name", name);
    json.key("line");
    if (match.left_line == 0) {
      json.null();
    } else {
      json.value(match.left_line);
    }
    json.member("certainty", name_of(match.certainty));
    json.end_object();
  }

  Result<std::int64_t> in_force() const {
    JW_ASSIGN(auto reader, registry_.parts().store.read());
    JW_ASSIGN(const State state, read_state(*reader));
    return state.model;
  }

  http::Response model_response(const Result<ModelVersion>& one, Language language, int status) const {
    if (!one) return problem(one.error(), language);
    const auto force = in_force();
    if (!force) return problem(force.error(), language);
    JsonWriter json(1'024);
    write_model(json, *one, *force, language);
    return http::Response::json(json.take(), status);
  }

  static http::Response event_response(const Result<Event>& event, Language language, int status) {
    if (!event) return problem(event.error(), language);
    JsonWriter json(1'024);
    write_event(json, *event);
    return http::Response::json(json.take(), status);
  }

  RegistryService& registry_;
  const OwnDocuments documents_;
};

RegistryRoutes::RegistryRoutes(RegistryService& registry, OwnDocuments documents)
    : handlers_(std::make_unique<Handlers>(registry, std::move(documents))) {}

RegistryRoutes::~RegistryRoutes() = default;

std::vector<http::Route> RegistryRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::registry
