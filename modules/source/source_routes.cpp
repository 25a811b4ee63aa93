#include "modules/source/source_routes.h"

#include "modules/source/api.gen.h"
#include "modules/source/source_json.h"

namespace jingwei::source {

using http::problem;

namespace {

Terms terms_of(const schema::Datum& given) {
  Terms terms;
  if (!given.present()) return terms;
  if (given["agreement"].present()) terms.agreement = given["agreement"].text();
  if (given["legal_basis"].present()) terms.legal_basis = given["legal_basis"].text();
  if (given["contact"].present()) terms.contact = given["contact"].text();
  if (given["purposes"].present()) {
    for (const auto& one : given["purposes"].items()) {
      terms.purposes.push_back({one["id"].text(),
                                one["title"].present() ? one["title"].text() : std::string(),
                                one["legal_basis"].text(), one["valid_until"].day()});
    }
  }
  if (given["signed_on"].present()) terms.signed_on = given["signed_on"].day();
  if (given["valid_until"].present()) terms.valid_until = given["valid_until"].day();
  return terms;
}

// What both forms of a source share.
Result<NewSource> common_part(const schema::Datum& body) {
  NewSource source;
  source.title = body["title"].text();
  JW_ASSIGN(source.settings, settings_from_json(body["settings"].json()));
  if (body["secrets"].present()) {
    JW_ASSIGN(source.secrets, settings_from_json(body["secrets"].json()));
  }
  if (body["schedule"].present()) source.schedule = body["schedule"].text();
  source.terms = terms_of(body["terms"]);
  return source;
}

Result<NewSource> new_source_of(const schema::Datum& body) {
  JW_ASSIGN(NewSource source, common_part(body));
  source.kind = *kind_named(body["kind"].text());
  if (body["resource"].present()) source.resource = body["resource"].text();
  if (body["department"].present()) source.department = body["department"].text();
  return source;
}

}  // namespace

class SourceRoutes::Handlers final : public api::Operations {
 public:
  explicit Handlers(SourceService& sources) : sources_(sources) {}

  http::Response list_sources(const http::Request& http, const api::ListSources&) override {
    const auto views = sources_.list();
    if (!views) return problem(views.error(), http.language);
    JsonWriter json(4096);
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& view : *views) {
      if (may_see(http, view)) write_source(json, view, sources_.parts(), http.language);
    }
    json.end_array();
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response add_source(const http::Request& http, const api::AddSource& in) override {
    auto source = new_source_of(in.body);
    if (!source) return problem(source.error(), http.language);
    const auto placed = place(http, *source);
    if (!placed) return problem(placed.error(), http.language);
    const auto view = sources_.add(std::move(*source), http.actor());
    if (!view) return problem(view.error(), http.language);
    http::Response response = http::Response::json(source_json(*view, sources_.parts(), http.language), 201);
    response.headers.emplace_back("Location", "/api/v1/sources/" + view->source.id.to_string());
    return response;
  }

  http::Response try_source(const http::Request& http, const api::TrySource& in) override {
    auto source = new_source_of(in.body);
    if (!source) return problem(source.error(), http.language);
    return shown(http, sources_.try_out(std::move(*source)));
  }

  http::Response get_source(const http::Request& http, const api::GetSource& in) override {
    return shown(http, sources_.find(SourceId(in.source)));
  }

  http::Response edit_source(const http::Request& http, const api::EditSource& in) override {
    auto source = common_part(in.body);
    if (!source) return problem(source.error(), http.language);
    return shown(http, sources_.edit(SourceId(in.source), std::move(*source), http.actor()));
  }

  http::Response remove_source(const http::Request& http, const api::RemoveSource& in) override {
    const auto removed = sources_.remove(SourceId(in.source), http.actor());
    if (!removed) return problem(removed.error(), http.language);
    return http::Response::no_content();
  }

  http::Response list_source_runs(const http::Request& http, const api::ListSourceRuns& in) override {
    RunId before;
    if (in.cursor && !in.cursor->empty()) {
      const auto id = RunId::parse(*in.cursor);
      if (!id) return problem(Error(ErrorCode::invalid, "source.bad_cursor").at("cursor"), http.language);
      before = *id;
    }
    const auto limit = static_cast<std::size_t>(in.limit);
    const auto runs = sources_.list_runs(SourceId(in.source), before, limit + 1);
    if (!runs) return problem(runs.error(), http.language);
    JsonWriter json(4096);
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (std::size_t at = 0; at < std::min(limit, runs->size()); ++at)
      write_run(json, (*runs)[at], http.language);
    json.end_array();
    json.key("next_cursor");
    if (runs->size() > limit) {
      json.value((*runs)[limit - 1].id.to_string());
    } else {
      json.null();
    }
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response list_source_questions(const http::Request& http,
                                       const api::ListSourceQuestions& in) override {
    const auto view = sources_.questions().view(SourceId(in.source));
    if (!view) return problem(view.error(), http.language);
    return http::Response::json(asking_json(*view, http.language));
  }
  http::Response ask_source(const http::Request& http, const api::AskSource& in) override {
    Asked asked{SourceId(in.source), in.question, in.body["purpose"].text(), {}, http.actor()};
    auto inputs = settings_from_json(in.body["inputs"].json());
    if (!inputs) return problem(inputs.error(), http.language);
    asked.inputs = std::move(*inputs);
    const auto answer = sources_.questions().ask(asked);
    if (!answer) return problem(answer.error(), http.language);
    return http::Response::json(answer_json(*answer, http.language));
  }

  http::Response run_source(const http::Request& http, const api::RunSource& in) override {
    return shown(http, sources_.run_now(SourceId(in.source), http.actor()));
  }
  http::Response try_kept_source(const http::Request& http, const api::TryKeptSource& in) override {
    return shown(http, sources_.try_out(SourceId(in.source)));
  }
  http::Response pause_source(const http::Request& http, const api::PauseSource& in) override {
    return shown(http, sources_.pause(SourceId(in.source), http.actor()));
  }
  http::Response resume_source(const http::Request& http, const api::ResumeSource& in) override {
    return shown(http, sources_.resume(SourceId(in.source), http.actor()));
  }
  http::Response revoke_source(const http::Request& http, const api::RevokeSource& in) override {
    return shown(http, sources_.revoke(SourceId(in.source), in.body["why"].text(), http.actor()));
  }

 private:
  bool may_see(const http::Request& http, const SourceView& view) const {
    if (!http.caller) return true;
    const auto& parts = sources_.parts();
    return http.caller->may_for("source.read", department_of(view.source, parts), parts.clock.now()).ok();
  }

  // A source without a resource belongs to the department that whoever adds it names or works for.
  Result<void> place(const http::Request& http, NewSource& source) const {
    if (!http.caller || http.caller->is_local() || !source.resource.empty()) return {};
    const auto now = sources_.parts().clock.now();
    const auto own = http.caller->departments("source.write", now);
    if (source.department.empty() && own && own->size() > 1) {
      return Error(ErrorCode::invalid, "source.which_department").at("/department");
    }
    if (source.department.empty() && own && !own->empty()) source.department = *own->begin();
    return http.caller->may_for("source.write", source.department, now);
  }

  http::Response shown(const http::Request& http, const Result<SourceView>& view) const {
    if (!view) return problem(view.error(), http.language);
    return http::Response::json(source_json(*view, sources_.parts(), http.language));
  }
  static http::Response shown(const http::Request& http, const Result<Trial>& trial) {
    if (!trial) return problem(trial.error(), http.language);
    return http::Response::json(trial_json(*trial));
  }

  SourceService& sources_;
};

SourceRoutes::SourceRoutes(SourceService& sources) : handlers_(std::make_unique<Handlers>(sources)) {}

SourceRoutes::~SourceRoutes() = default;

std::vector<http::Route> SourceRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::source
