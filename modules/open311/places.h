// Where a request is, in the words of a form.
#pragma once

#include <string>

#include "modules/cases/cases_service.h"
#include "modules/open311/geo_report.h"

namespace jingwei::open311 {

// Fills the region fields that a form demands and the request's attributes do not name: from the point where
// it has one, from the region otherwise.
void fill_regions(const catalog::Resource& form, const region::Tree& tree, cases::NewCase& fresh);

// Code of the region that an address in words names for sure, read by the very rules by which files are;
// empty where it names none inside the hub's own region, or nothing closer than a district. Errors: the
// cleaner's.
Result<std::string> region_of_address(const std::string& address, const ingest::IngestParts& parts);

// Takes over where a request is: its point, its address_id, and where neither these nor a region field of the
// form say which region that is, what its address_string names. Attributes stand in the form already. Errors:
// invalid "open311.point_outside", "open311.address_unknown" (what to send instead), those of
// region_of_address.
Result<void> fill_place(const NewRequest& wanted, const catalog::Resource& form,
                        const ingest::IngestParts& parts, const region::Tree& tree, cases::NewCase& fresh);

// Keeps the address_string as it was written: in an address field, else behind the description. One that says
// no more than the case's region is kept by that. Errors: invalid "open311.no_room_for_address" (the
// description is full, or the form has no field for either).
Result<void> keep_address(const NewRequest& wanted, const cases::Declared& declared, const region::Tree& tree,
                          cases::NewCase& fresh);

}  // namespace jingwei::open311
