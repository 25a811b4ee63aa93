// Lets destructions take along the cases that were opened with a resource as their form.
#pragma once

#include "modules/cases/cases_service.h"
#include "modules/purpose/purpose_service.h"

namespace jingwei::app {

// Thread-safe; the service outlives it.
class CasesBeside final : public purpose::HeldBeside {
 public:
  explicit CasesBeside(const cases::CasesService& service) : erasing_(service.erasing()) {}

  Result<std::int64_t> count(const std::string& resource, std::optional<Instant> before) const override {
    return erasing_.count(resource, before);
  }
  Result<Slice> next(const std::string& resource, std::optional<Instant> before) const override {
    JW_ASSIGN(auto slice, erasing_.next(resource, before));
    return Slice{std::move(slice.change), slice.cases, slice.photos};
  }
  Result<Sealed> sealed_since(const std::string& resource) const override {
    return erasing_.sealed_since(resource);
  }

 private:
  const cases::CaseErasing& erasing_;
};

}  // namespace jingwei::app
