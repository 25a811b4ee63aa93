// Signing in: by password and authenticator, or by a code sent to a phone.
#pragma once

#include <semaphore>
#include <string>

#include "modules/identity/accounts.h"
#include "modules/identity/text_gateway.h"
#include "modules/identity/throttle.h"
#include "modules/identity/tokens.h"

namespace jingwei::identity {

// Where a try comes from. `device` is the cookie that an earlier sign-in left, `asker` what send_code gave.
struct Origin {
  std::string remote;  // network address; empty on the local socket
  std::string device;
  std::string label;  // "Chromium, Linux"
  Language language = Language::zh;
  std::string asker = {};
};

struct PasswordTry {
  std::string login;
  std::string password;
  std::string code;  // of the authenticator; empty: none typed yet
};

struct SignInDone {
  Account account;
  OpenedToken opened;
  std::string device;      // cookie that tells this device apart from those of whoever guesses
  Instant cookie_until{};  // a session that lasts by being used ends in the hub first
};

// Thread-safe.
class SignIn {
 public:
  // How long a browser keeps who it is as an asker for codes.
  static constexpr std::chrono::hours asker_life{1};

  SignIn(const IdentityParts& parts, Accounts& accounts, Tokens& tokens, TextGateway& gateway);

  // An unknown login answers as a wrong password does, and takes as long. Errors: unauthenticated
  // "identity.wrong_password", "identity.code_needed", "identity.wrong_code"; rate_limited "identity.wait";
  // unavailable "identity.busy" (too many passwords are being checked); the store's.
  Result<SignInDone> by_password(const PasswordTry& given, const Origin& origin);

  // Sends six digits to a phone, good for five minutes and five tries of whoever asked: the code, the pause
  // before the next and the tries are theirs alone, so that nobody who asks for a phone's codes or guesses
  // them keeps its owner out. Returns what tells the asker apart, to be brought along by the code; empty for
  // a device that the phone's account knows, whose cookie does so. All askers together get ten messages an
  // hour for a phone, a known device has ten of its own. Answers the same whether the phone is on the books
  // or not. Errors: invalid (no phone), rate_limited, unavailable, the store's.
  Result<std::string> send_code(const std::string& phone, const Origin& origin);
  // A code opens for its asker only. A phone's first sign-in makes a resident's account. Errors:
  // unauthenticated "identity.wrong_code", rate_limited, denied "identity.account_closed" or
  // "identity.phone_for_residents" (staff have a password), the store's.
  Result<SignInDone> by_phone(const std::string& phone, const std::string& code, const Origin& origin);

  // Whom a sign-in service vouches for, as `manner` says. Errors: the store's.
  Result<SignInDone> admit(Account account, Manner manner, const std::string& provider, const Origin& origin);
  // The code of an account's authenticator, without its password. Errors: unauthenticated
  // "identity.wrong_code", rate_limited, denied "identity.code_used" or "identity.account_closed", the
  // store's.
  Result<void> check_code(const Account& account, const std::string& code, const Origin& origin);

  // Errors: invalid "identity.wrong_password" or what is wrong with the new one, conflict, rate_limited,
  // unavailable.
  Result<void> change_password(const SignedIn& who, const std::string& present, const std::string& wanted,
                               const Origin& origin);
  // Errors: as change_password.
  Result<void> drop_second_factor(const SignedIn& who, const std::string& password, const Origin& origin);
  // A fresh secret, nothing stored yet.
  static std::string new_secret();
  // Errors: invalid "identity.wrong_code" (the code does not belong to the secret), conflict, the store's.
  Result<void> set_second_factor(AccountId account, const std::string& secret, const std::string& code,
                                 const WriteRequest& request);
  // Adds the writes that drop what is known of tries, codes and messages of long ago.
  void drop_old(storage::Change& change) const;

 private:
  Result<void> check_lets_in(const Account& account) const;
  Result<bool> fits(const std::string& hash, const std::string& password);
  // Somebody who is signed in proves it is still them.
  Result<Account> confirm(const SignedIn& who, const std::string& password, const Origin& origin,
                          const char* field);
  Result<void> check_wait(const Throttle::Try& one) const;
  Throttle::Try try_of(std::string_view what, AccountId account, const Origin& origin) const;
  std::string device_of(AccountId account) const;
  std::string new_asker() const;
  bool is_asker(std::string_view text) const;
  std::string phone_hash(std::string_view column, std::string_view told) const;
  // Errors: rate_limited.
  Result<void> check_pause(const std::vector<storage::Value>& key) const;
  Error too_many_texts(const storage::Value& mark) const;
  Result<void> note_failure(const Throttle::Try& one, const std::string& subject, const char* why);
  Result<SignInDone> done(Account account, const Throttle::Try& one, const Origin& origin);
  Result<SignInDone> open_for(Account account, Manner manner, const Origin& origin);

  const IdentityParts& parts_;
  Accounts& accounts_;
  Tokens& tokens_;
  TextGateway& gateway_;
  Throttle throttle_;
  std::counting_semaphore<> checking_;  // passwords being checked: each takes memory and a core
  std::string nobody_;                  // hash that an unknown login is checked against
};

}  // namespace jingwei::identity
