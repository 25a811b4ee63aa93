// Any bytes as a GeoJSON boundary: refused, or a boundary that reads back from its own text.
#include "modules/region/polygon.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using jingwei::region::Boundary;
  const auto boundary = Boundary::from_geojson({reinterpret_cast<const char*>(data), size});
  if (boundary.ok()) {
    const auto again = Boundary::from_geojson(boundary->geojson());
    JW_ASSERT(again.ok());
    JW_ASSERT(again->geojson() == boundary->geojson());
    (void)boundary->contains(boundary->center());
  }
  return 0;
}
