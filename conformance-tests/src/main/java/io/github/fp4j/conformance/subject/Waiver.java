package io.github.fp4j.conformance.subject;

import java.time.LocalDate;

/**
 * A known failure that does not count until a date.
 *
 * @param id short and unique
 * @param suite the vector suite that fails
 * @param reason why, in words
 * @param link where it is followed up
 * @param expires the last day on which it holds
 */
public record Waiver(String id, String suite, String reason, String link, LocalDate expires) {

  /**
   * Refuses a waiver that holds no longer.
   *
   * @throws IllegalArgumentException naming it
   */
  void requireValid(LocalDate today) {
    if (today.isAfter(expires)) {
      throw new IllegalArgumentException(
          "waiver " + id + " for " + suite + " expired on " + expires + " (" + reason + ", " + link + "): fix the subject, or renew the waiver");
    }
  }
}
