#include "modules/ingest/ingest_routes.h"

#include <boost/json.hpp>

#include "base/json_items.h"
#include "base/random.h"
#include "modules/ingest/api.gen.h"
#include "modules/ingest/ingest_json.h"
#include "modules/ingest/repair/refused_view.h"
#include "modules/ingest/synonyms/synonym_lists.h"
#include "modules/ingest/uploads.h"
#include "modules/ingest/withdrawal/withdrawal.h"

namespace jingwei::ingest {

using http::problem;

namespace {

// The cursor of a page is the id (or line) behind which the next page begins.
Result<std::int64_t> read_cursor(const std::optional<std::string>& cursor) {
  if (!cursor || cursor->empty()) return std::int64_t{0};
  const auto id = BatchId::parse(*cursor);
  if (!id) return Error(ErrorCode::invalid, "ingest.bad_cursor").at("cursor");
  return id->value;
}

// A form's JSON object as texts by field; numbers and truth as their text, null and "" as absent.
Result<std::map<std::string, std::string>> texts_of(const std::string& body) {
  std::map<std::string, std::string> texts;
  boost::json::error_code fault;
  const boost::json::value parsed = boost::json::parse(body, fault);
  if (fault || !parsed.is_object()) return Error(ErrorCode::invalid, "ingest.record_not_object");
  for (const auto& [name, value] : parsed.as_object()) {
    if (value.is_null()) continue;
    if (value.is_structured())
      return Error(ErrorCode::invalid, "ingest.record_nested").at("/" + std::string(name));
    texts[std::string(name)] =
        value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
  }
  return texts;
}

}  // namespace

class IngestRoutes::Handlers final : public api::Operations {
 public:
  explicit Handlers(IngestService& service) : service_(service), followers_(std::make_shared<Followers>()) {
    service.on_progress([followers = followers_, &catalog = service.parts().catalog](const BatchView& view) {
      followers->send(view, catalog);
    });
  }

  http::Response upload_batch(const http::Request& http, const api::UploadBatch& in) override {
    SecureRandom random;
    const std::string path = service_.parts().uploads_folder + "/" + random_credential(random) + ".incoming";
    if (auto moved = service_.parts().files.rename(http.spool_path, path); !moved)
      return problem(moved.error(), http.language);
    const auto view = service_.submit(in.resource, path, in.filename.value_or("upload"),
                                      write_request(http, in.idempotency_key));
    if (!view) {
      // Gone already when the service had taken it over; what went wrong is told either way.
      static_cast<void>(service_.parts().files.remove(path));
      return problem(view.error(), http.language);
    }
    return accepted(*view, http.language);
  }

  http::Response start_upload(const http::Request& http, const api::StartUpload& in) override {
    NewUpload wanted;
    wanted.resource = in.body["resource"].text();
    wanted.filename = in.body["filename"].text();
    wanted.bytes = in.body["bytes"].integer();
    if (in.body["sha256"].present()) wanted.sha256 = in.body["sha256"].text();
    const auto upload = service_.uploads().start(wanted, write_request(http, in.idempotency_key));
    if (!upload) return problem(upload.error(), http.language);
    http::Response response = http::Response::json(upload_json(*upload), 201);
    response.headers.emplace_back("Location", "/api/v1/uploads/" + upload->id.to_string());
    return response;
  }

  http::Response get_upload(const http::Request& http, const api::GetUpload& in) override {
    const auto upload = service_.uploads().find(UploadId(in.upload));
    if (!upload) return problem(upload.error(), http.language);
    return http::Response::json(upload_json(*upload));
  }

  http::Response put_piece(const http::Request& http, const api::PutPiece& in) override {
    if (http.spool_path.empty())
      return problem(Error(ErrorCode::invalid, "ingest.piece_empty"), http.language);
    const Piece piece{in.offset, http.spool_path, in.sha256.value_or("")};
    const auto upload = service_.uploads().put(UploadId(in.upload), piece);
    if (upload) return http::Response::json(upload_json(*upload));
    http::Response response = problem(upload.error(), http.language);
    if (upload.error().message == "ingest.upload_offset")
      response.headers.emplace_back("Upload-Offset", upload.error().arguments.front().second);
    return response;
  }

  http::Response complete_upload(const http::Request& http, const api::CompleteUpload& in) override {
    const auto view =
        service_.uploads().complete(UploadId(in.upload), write_request(http, in.idempotency_key));
    if (!view) return problem(view.error(), http.language);
    return accepted(*view, http.language);
  }

  http::Response cancel_upload(const http::Request& http, const api::CancelUpload& in) override {
    const auto gone = service_.uploads().cancel(UploadId(in.upload), write_request(http, in.idempotency_key));
    if (!gone) return problem(gone.error(), http.language);
    return http::Response::no_content();
  }

  http::Response list_batches(const http::Request& http, const api::ListBatches& in) override {
    const auto before = read_cursor(in.cursor);
    if (!before) return problem(before.error(), http.language);
    const auto limit = static_cast<std::size_t>(in.limit);
    const auto views = batches_of_caller(http, in.resource.value_or(""), BatchId(*before), limit + 1);
    if (!views) return problem(views.error(), http.language);
    return http::Response::json(page_json(
        *views, limit,
        [&](JsonWriter& json, const BatchView& view) { write_batch(json, view, catalog(), http.language); },
        [](const BatchView& view) { return view.batch.id.to_string(); }));
  }

  http::Response get_batch(const http::Request& http, const api::GetBatch& in) override {
    const auto view = service_.find_batch(BatchId(in.batch));
    if (!view) return problem(view.error(), http.language);
    return http::Response::json(batch_json(*view, catalog(), http.language));
  }

  http::Response list_refused_rows(const http::Request& http, const api::ListRefusedRows& in) override {
    const auto after = read_cursor(in.cursor);
    if (!after) return problem(after.error(), http.language);
    const auto view = service_.find_batch(BatchId(in.batch));
    if (!view) return problem(view.error(), http.language);
    const auto limit = static_cast<std::size_t>(in.limit);
    std::optional<RefusedState> state;
    if (in.state) state = *in.state == "mended" ? RefusedState::mended : RefusedState::open;
    const auto entry = catalog().find(view->batch.resource);
    if (!entry) return problem(entry.error(), http.language);
    const auto sight =
        service_.sight_of(http.caller.get(), (*entry)->resource, http.purpose(), "ingest.refused.read");
    if (!sight) return problem(sight.error(), http.language);
    auto shown = RefusedView::make(service_, view->batch, *sight);
    if (!shown) return problem(shown.error(), http.language);
    const auto rows = refused_of_caller(*shown, BatchId(in.batch), *after, limit + 1, state);
    if (!rows) return problem(rows.error(), http.language);
    auto response = http::Response::json(page_json(
        *rows, limit,
        [&](JsonWriter& json, const RefusedRow& row) {
          const ShownRow one = shown->show(row);
          write_refused_row(json, one.row, one.fields, http.language);
        },
        [](const RefusedRow& row) { return std::to_string(row.line); }));
    response.disclosed.resource = view->batch.resource;
    response.disclosed.persons = shown->take_persons();
    return response;
  }

  Result<void> check_follow_batch(const http::Request&, const api::FollowBatch& in) override {
    const auto view = service_.find_batch(BatchId(in.batch));
    return view ? Result<void>() : Result<void>(view.error());
  }

  void follow_batch(const http::Request& http, const api::FollowBatch& in,
                    std::shared_ptr<http::EventStream> stream) override {
    // First join the followers, then tell what stands: nothing between the two is missed.
    followers_->join(BatchId(in.batch), http.language, stream);
    const auto view = service_.find_batch(BatchId(in.batch));
    if (!view) return stream->close();
    stream->send("batch", batch_json(*view, catalog(), http.language));
    if (view->batch.finished_at) stream->close();
  }

  http::Response get_withdrawal(const http::Request& http, const api::GetWithdrawal& in) override {
    const BatchId batch(in.batch);
    const auto asked = service_.withdrawals().find(batch);
    if (!asked) return problem(asked.error(), http.language);
    if (*asked) return withdrawal_response(batch, &**asked, nullptr, 200, http.language);
    const auto plan = service_.withdrawals().plan(batch);
    if (!plan) return problem(plan.error(), http.language);
    return withdrawal_response(batch, nullptr, &*plan, 200, http.language);
  }

  http::Response list_withdrawal_records(const http::Request& http,
                                         const api::ListWithdrawalRecords& in) override {
    const auto before = read_cursor(in.cursor);
    if (!before) return problem(before.error(), http.language);
    const auto view = service_.find_batch(BatchId(in.batch));
    if (!view) return problem(view.error(), http.language);
    const auto entry = catalog().find(view->batch.resource);
    if (!entry) return problem(entry.error(), http.language);
    const catalog::Resource& resource = (*entry)->resource;
    const auto sight = service_.sight_of(http.caller.get(), resource, http.purpose());
    if (!sight) return problem(sight.error(), http.language);
    const auto limit = static_cast<std::size_t>(in.limit);
    const auto records =
        service_.withdrawals().records(BatchId(in.batch), RecordId(*before), limit + 1, *sight);
    if (!records) return problem(records.error(), http.language);
    const auto tree = service_.parts().regions.tree();
    std::vector<std::string> persons;
    const auto told = [&](const Record& record) {
      if (record.discloses && !record.subject.empty()) persons.push_back(record.subject);
    };
    auto response =
        http::Response::json(page_json(*records, limit, [&](JsonWriter& json, const WithdrawnRecord& record) {
          write_withdrawn_record(json, record, resource, *tree, http.language);
          told(record.ends);
          if (record.stands_again) told(*record.stands_again);
        }));
    response.disclosed.resource = resource.id;
    response.disclosed.persons = std::move(persons);
    return response;
  }

  http::Response withdraw_batch(const http::Request& http, const api::WithdrawBatch& in) override {
    const BatchId batch(in.batch);
    const auto asked =
        service_.withdrawals().ask(batch, in.body["reason"].text(), in.body["records"].integer(),
                                   write_request(http, in.idempotency_key));
    if (!asked) return problem(asked.error(), http.language);
    return withdrawal_response(batch, &*asked, nullptr, 202, http.language);
  }

  http::Response list_batch_records(const http::Request& http, const api::ListBatchRecords& in) override {
    const auto before = read_cursor(in.cursor);
    if (!before) return problem(before.error(), http.language);
    const auto view = service_.find_batch(BatchId(in.batch));
    if (!view) return problem(view.error(), http.language);
    const auto limit = static_cast<std::size_t>(in.limit);
    return records_response(http, view->batch.resource,
                            {std::nullopt, RecordId(*before), limit + 1, BatchId(in.batch)});
  }

  http::Response list_records(const http::Request& http, const api::ListRecords& in) override {
    const auto before = read_cursor(in.cursor);
    if (!before) return problem(before.error(), http.language);
    const auto limit = static_cast<std::size_t>(in.limit);
    return records_response(http, in.resource, {in.under, RecordId(*before), limit + 1});
  }

  http::Response get_record(const http::Request& http, const api::GetRecord& in) override {
    const auto entry = catalog().find(in.resource);
    if (!entry) return problem(entry.error(), http.language);
    const auto sight = service_.sight_of(http.caller.get(), (*entry)->resource, http.purpose());
    if (!sight) return problem(sight.error(), http.language);
    const auto record = service_.find_record(in.resource, RecordId(in.record), *sight);
    if (!record) return problem(record.error(), http.language);
    JsonWriter json(1024);
    write_record(json, *record, (*entry)->resource, *service_.parts().regions.tree(), http.language);
    http::Response response = http::Response::json(json.take());
    response.etag = "\"" + std::to_string(record->version) + "\"";
    response.disclosed = disclosure_of(*record, (*entry)->resource);
    return response;
  }

  http::Response add_record(const http::Request& http, const api::AddRecord& in) override {
    const auto texts = texts_of(in.body.json());
    if (!texts) return problem(texts.error(), http.language);
    const auto request = record_request(http, in.resource, in.idempotency_key);
    if (!request) return problem(request.error(), http.language);
    const auto receipt = service_.add_record(in.resource, *texts, *request);
    if (!receipt) return problem(receipt.error(), http.language);
    return receipt_response(in.resource, *receipt);
  }

  http::Response repair_refused_row(const http::Request& http, const api::RepairRefusedRow& in) override {
    const auto texts = texts_of(in.body.json());
    if (!texts) return problem(texts.error(), http.language);
    const auto view = service_.find_batch(BatchId(in.batch));
    if (!view) return problem(view.error(), http.language);
    const RefusedKey key{BatchId(in.batch), in.line};
    const auto request = record_request(http, view->batch.resource, in.idempotency_key);
    if (!request) return problem(request.error(), http.language);
    const auto receipt = service_.mend_refused(key, *texts, *request);
    if (!receipt) return problem(receipt.error(), http.language);
    return receipt_response(view->batch.resource, *receipt);
  }

  http::Response list_cleaning_rules(const http::Request& http, const api::ListCleaningRules&) override {
    return http::Response::json(cleaning_rules_json(http.language));
  }

  http::Response clean_value(const http::Request& http, const api::CleanValue& in) override {
    const IngestParts& parts = service_.parts();
    const auto& unit = in.body["unit"];
    const auto json = cleaning_trial_json(
        {in.body["kind"].text(), unit.present() ? unit.text() : "", in.body["value"].text()},
        {parts.regions.tree(), parts.hub_region, *parts.gazetteers, parts.clock.now(), parts.zone,
         parts.synthetic_id_prefixes},
        http.language);
    if (!json) return problem(json.error(), http.language);
    return http::Response::json(*json);
  }

  http::Response list_synonyms(const http::Request& http, const api::ListSynonyms& in) override {
    const auto lists = SynonymLists(service_).all(in.resource);
    if (!lists) return problem(lists.error(), http.language);
    const auto entry = catalog().find(in.resource);
    if (!entry) return problem(entry.error(), http.language);
    return http::Response::json(items_json(*lists, [&](JsonWriter& json, const SynonymList& list) {
      write_synonyms(json, list, (*entry)->resource, http.language);
    }));
  }

  http::Response get_synonyms(const http::Request& http, const api::GetSynonyms& in) override {
    return synonyms_response(in.resource, SynonymLists(service_).find(in.resource, in.field), http.language);
  }

  http::Response put_synonyms(const http::Request& http, const api::PutSynonyms& in) override {
    SynonymEdit edit{in.resource, in.field, in.body["version"].integer(), {}};
    for (const auto& word : in.body["words"].items())
      edit.words.push_back({word["word"].text(), word["choice"].text()});
    return synonyms_response(in.resource,
                             SynonymLists(service_).put(edit, write_request(http, in.idempotency_key)),
                             http.language);
  }

  http::Response suggest_synonyms(const http::Request& http, const api::SuggestSynonyms& in) override {
    const auto words = SynonymLists(service_).unknown_words(in.resource, in.field);
    if (!words) return problem(words.error(), http.language);
    return http::Response::json(items_json(*words, [](JsonWriter& json, const UnknownWord& word) {
      json.begin_object();
      json.member("word", word.word);
      json.member("rows", word.rows);
      json.end_object();
    }));
  }

 private:
  Instant now() const { return service_.parts().clock.now(); }

  bool may_see(const http::Request& http, const Batch& batch) const {
    if (!http.caller) return true;
    const auto entry = catalog().find(batch.resource);
    return http.caller->may_for("ingest.read", entry ? (*entry)->resource.provider_id : "", now()).ok();
  }

  // A page of those that are the caller's departments': read on until it is full.
  Result<std::vector<BatchView>> batches_of_caller(const http::Request& http, const std::string& resource,
                                                   BatchId before, std::size_t most) const {
    std::vector<BatchView> seen;
    for (;;) {
      JW_ASSIGN(auto page, service_.list_batches(resource, before, most));
      const bool last = page.size() < most;
      if (!last) before = page.back().batch.id;
      for (auto& view : page) {
        if (may_see(http, view.batch) && seen.size() < most) seen.push_back(std::move(view));
      }
      if (last || seen.size() == most) return seen;
    }
  }

  // A page of those that are the caller's to see: read on until it is full.
  Result<std::vector<RefusedRow>> refused_of_caller(RefusedView& view, BatchId batch, std::int64_t after,
                                                    std::size_t most,
                                                    std::optional<RefusedState> state) const {
    std::vector<RefusedRow> seen;
    for (;;) {
      JW_ASSIGN(auto page, service_.list_refused(batch, after, most, state));
      const bool last = page.size() < most;
      if (!last) after = page.back().line;
      for (auto& row : page) {
        if (seen.size() < most && view.covers(row)) seen.push_back(std::move(row));
      }
      if (last || seen.size() == most) return seen;
    }
  }

  http::Response records_response(const http::Request& http, const std::string& resource,
                                  RecordQuery query) const {
    const auto entry = catalog().find(resource);
    if (!entry) return problem(entry.error(), http.language);
    const auto sight = service_.sight_of(http.caller.get(), (*entry)->resource, http.purpose());
    if (!sight) return problem(sight.error(), http.language);
    const auto records = service_.list_records(resource, query, *sight);
    if (!records) return problem(records.error(), http.language);
    const auto tree = service_.parts().regions.tree();
    std::vector<std::string> persons;
    auto response =
        http::Response::json(page_json(*records, query.most - 1, [&](JsonWriter& json, const Record& record) {
          write_record(json, record, (*entry)->resource, *tree, http.language);
          if (record.discloses && !record.subject.empty()) persons.push_back(record.subject);
        }));
    response.disclosed.resource = resource;
    response.disclosed.persons = std::move(persons);
    return response;
  }

  http::Response withdrawal_response(BatchId batch, const Withdrawal* withdrawal, const WithdrawalPlan* plan,
                                     int status, Language language) const {
    const auto view = service_.find_batch(batch);
    if (!view) return problem(view.error(), language);
    const auto entry = catalog().find(view->batch.resource);
    if (!entry) return problem(entry.error(), language);
    return http::Response::json(withdrawal_json(batch, withdrawal, plan, (*entry)->resource, language),
                                status);
  }

  // Whom one record tells of: the person of its first identifier.
  http::Disclosure disclosure_of(const Record& record, const catalog::Resource& resource) const {
    http::Disclosure disclosed;
    disclosed.resource = resource.id;
    const auto tree = service_.parts().regions.tree();
    const region::Node node = record.region ? tree->find(record.region) : region::no_node;
    if (node != region::no_node) disclosed.region = tree->code(node);
    disclosed.subject = record.subject;
    return disclosed;
  }

  http::Response synonyms_response(const std::string& resource, const Result<SynonymList>& list,
                                   Language language) const {
    if (!list) return problem(list.error(), language);
    const auto entry = catalog().find(resource);
    if (!entry) return problem(entry.error(), language);
    JsonWriter json(4096);
    write_synonyms(json, *list, (*entry)->resource, language);
    http::Response response = http::Response::json(json.take());
    response.etag = "\"" + std::to_string(list->version) + "\"";
    return response;
  }

  static http::Response receipt_response(const std::string& resource, const RecordReceipt& receipt) {
    constexpr std::string_view outcomes[] = {"created", "updated", "unchanged"};
    JsonWriter json;
    json.begin_object();
    json.member("id", receipt.id.to_string());
    json.member("version", receipt.version);
    json.member("outcome", outcomes[static_cast<int>(receipt.outcome)]);
    json.end_object();
    http::Response response =
        http::Response::json(json.take(), receipt.outcome == RowOutcome::created ? 201 : 200);
    response.headers.emplace_back("Location",
                                  "/api/v1/resources/" + resource + "/records/" + receipt.id.to_string());
    return response;
  }

  // Streams that follow a batch; outlives the handlers while a loader still announces.
  struct Followers {
    struct Follower {
      BatchId batch;
      Language language;
      std::shared_ptr<http::EventStream> stream;
    };
    std::mutex mutex;
    std::vector<Follower> all;

    void join(BatchId batch, Language language, std::shared_ptr<http::EventStream> stream) {
      const std::lock_guard lock(mutex);
      all.push_back({batch, language, std::move(stream)});
    }

    void send(const BatchView& view, const catalog::Catalog& catalog) {
      const std::lock_guard lock(mutex);
      std::erase_if(all, [&](const Follower& follower) {
        if (!follower.stream->open()) return true;
        if (follower.batch != view.batch.id) return false;
        const bool taken = follower.stream->send("batch", batch_json(view, catalog, follower.language));
        if (taken && !view.batch.finished_at) return false;
        follower.stream->close();
        return true;
      });
    }
  };

  http::Response accepted(const BatchView& view, Language language) const {
    http::Response response =
        http::Response::json(batch_json(view, catalog(), language), view.repeated ? 200 : 202);
    response.headers.emplace_back("Location", "/api/v1/batches/" + view.batch.id.to_string());
    return response;
  }

  static WriteRequest write_request(const http::Request& http, const std::optional<std::string>& key) {
    return {http.actor(), key};
  }
  // Of a single record: only where the caller may write.
  Result<WriteRequest> record_request(const http::Request& http, const std::string& resource,
                                      const std::optional<std::string>& key) const {
    WriteRequest request = write_request(http, key);
    if (!http.caller) return request;
    JW_ASSIGN(const catalog::Entry* entry, catalog().find(resource));
    const auto& facts = entry->resource;
    JW_ASSIGN(request.within,
              http.caller->sight("record.write", {facts.id, facts.provider_id, facts.purposes}, "", now()));
    return request;
  }
  const catalog::Catalog& catalog() const { return service_.parts().catalog; }

  IngestService& service_;
  std::shared_ptr<Followers> followers_;
};

IngestRoutes::IngestRoutes(IngestService& service) : handlers_(std::make_unique<Handlers>(service)) {}

IngestRoutes::~IngestRoutes() = default;

std::vector<http::Route> IngestRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::ingest
