// Pictures as evidence: what a file is, and its copy without place and other metadata.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace jingwei::cases {

enum class PictureKind : std::uint8_t { jpeg, png };
std::string_view media_of(PictureKind kind);  // "image/jpeg"

// By the file's bytes, not by its name. Errors: unsupported "cases.no_picture".
Result<PictureKind> kind_of(std::string_view bytes);

// The same picture without anything that tells of place, time, device or person: of a JPEG (ITU-T T.81) the
// segments APP1 to APP15 and COM go, but for colour profiles (APP2 ICC, APP14 Adobe) and the way up, which is
// kept in an EXIF segment of that one tag; of a PNG (RFC 2083) every chunk that is not needed to draw it.
// What follows the picture's end goes too. Errors: unsupported, invalid "cases.picture_broken".
Result<std::string> without_metadata(std::string_view bytes);

// The way up that an EXIF segment tells (1 to 8); 1 when it tells none.
int orientation_of(std::string_view exif);

}  // namespace jingwei::cases
