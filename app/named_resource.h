// Of which resource a request speaks, by what its path or body names.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/hub.h"

namespace jingwei::app {

// Nothing when there is no such batch or upload.
std::optional<std::string> resource_of_batch(Hub& hub, std::string_view id);
std::optional<std::string> resource_of_upload(Hub& hub, std::string_view id);

// The provider of a resource, also of a secret one or a draft; nothing when there is none.
std::optional<std::string> provider_of(Hub& hub, std::string_view resource);

// The text of a member of a JSON object; nothing where the body is no such thing.
std::optional<std::string> member_of_body(std::string_view body, std::string_view name);

}  // namespace jingwei::app
