// Any bytes as every document another server may send, and as a form: never crashes; what was read is written
// and read again.
#include <string_view>

#include "modules/open311/geo_report.h"
#include "modules/open311/peer/client.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace jingwei::open311;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const jingwei::Zone zone("Asia/Shanghai");
  for (const Format format : {Format::xml, Format::json}) {
    if (const auto services = read_services(bytes, format))
      if (!read_services(services_document(*services, format), format)) __builtin_trap();
    if (const auto definition = read_definition(bytes, format))
      if (!read_definition(definition_document(*definition, format), format)) __builtin_trap();
    if (const auto requests = read_requests(bytes, format))
      if (!read_requests(requests_document(*requests, format, zone), format)) __builtin_trap();
    read_faults(bytes, format).ok();
  }
  names_in(bytes).ok();
  if (const auto terms = terms_of_text(bytes)) {
    const auto again = terms_of_text(terms_text(*terms));
    if (!again || terms_text(*again) != terms_text(*terms)) __builtin_trap();
  }
  if (const auto pairs = read_form(bytes)) {
    const auto request = new_request_of(*pairs);
    if (request && !read_form(form_of(*request))) __builtin_trap();
    if (const auto told = update_of(*pairs)) {
      const auto again = read_form(form_of(told->update, "here", told->api_key));
      if (!again || !update_of(*again)) __builtin_trap();
    }
  }
  return 0;
}
