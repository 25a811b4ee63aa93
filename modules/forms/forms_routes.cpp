#include "modules/forms/forms_routes.h"

#include "base/json.h"
#include "base/percent.h"
#include "modules/forms/api.gen.h"

namespace jingwei::forms {

using http::problem;

namespace {

constexpr const char* workbook_media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

// RFC 6266 with RFC 8187: names in any script.
std::string attachment(std::string_view name) {
  return "attachment; filename*=UTF-8''" + percent_encoded(name);
}

http::Response file_of(Result<std::string> bytes, const std::string& name, const char* media,
                       Language language) {
  if (!bytes) return problem(bytes.error(), language);
  http::Response response = http::Response::text(std::move(*bytes), media);
  response.headers.emplace_back("Content-Disposition", attachment(name));
  return response;
}

http::Response list_of(Result<ListedRecords> listed, const std::string& name, const char* media,
                       Language language) {
  if (!listed) return problem(listed.error(), language);
  auto response = file_of(std::move(listed->bytes), name, media, language);
  response.disclosed.resource = std::move(listed->resource);
  response.disclosed.persons = std::move(listed->persons);
  return response;
}

std::string report_json(const FilledForm& form) {
  JsonWriter json;
  json.begin_object();
  json.member("cells", form.cells);
  json.key("notes");
  json.begin_array();
  for (const auto& note : form.notes) {
    json.begin_object();
    json.member("sheet", note.sheet);
    json.member("place", note.place);
    json.member("column", note.column);
    json.member("source", note.source);
    json.member("text", note.text);
    json.member("filled", note.filled);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace

class FormsRoutes::Handlers final : public api::Operations {
 public:
  explicit Handlers(FormsService& service) : service_(service) {}

  http::Response get_template(const http::Request& http, const api::GetTemplate& in) override {
    return file_of(service_.template_of(in.resource, http.language), in.resource + "-template.xlsx",
                   workbook_media, http.language);
  }

  http::Response get_refused_workbook(const http::Request& http, const api::GetRefusedWorkbook& in) override {
    return list_of(service_.refused_rows(BatchId(in.batch), http.language, asker(http)),
                   "refused-" + std::to_string(in.batch) + ".xlsx", workbook_media, http.language);
  }

  http::Response get_records_workbook(const http::Request& http, const api::GetRecordsWorkbook& in) override {
    return list_of(service_.records_workbook(in.resource, in.under, http.language, asker(http)),
                   in.resource + ".xlsx", workbook_media, http.language);
  }

  http::Response get_records_csv(const http::Request& http, const api::GetRecordsCsv& in) override {
    return list_of(service_.records_csv(in.resource, in.under, http.language, asker(http)),
                   in.resource + ".csv", "text/csv; charset=utf-8", http.language);
  }

  http::Response get_batches_workbook(const http::Request& http, const api::GetBatchesWorkbook& in) override {
    return file_of(service_.batches_workbook(in.resource.value_or(""), http.language, asker(http)),
                   "batches.xlsx", workbook_media, http.language);
  }

  http::Response fill_form(const http::Request& http, const api::FillForm& in) override {
    auto form =
        service_.fill(http.spool_path, {in.resource.value_or(""), in.under}, http.language, asker(http));
    if (!form) return problem(form.error(), http.language);
    auto response = file_of(std::move(form->bytes), "form.xlsx", workbook_media, http.language);
    response.disclosed.persons = std::move(form->persons);
    return response;
  }

  http::Response recognise_form(const http::Request& http, const api::RecogniseForm& in) override {
    const auto form =
        service_.fill(http.spool_path, {in.resource.value_or(""), in.under}, http.language, asker(http));
    if (!form) return problem(form.error(), http.language);
    return http::Response::json(report_json(*form));
  }

 private:
  static Asker asker(const http::Request& http) { return {http.caller, std::string(http.purpose())}; }

  FormsService& service_;
};

FormsRoutes::FormsRoutes(FormsService& service) : handlers_(std::make_unique<Handlers>(service)) {}

FormsRoutes::~FormsRoutes() = default;

std::vector<http::Route> FormsRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::forms
