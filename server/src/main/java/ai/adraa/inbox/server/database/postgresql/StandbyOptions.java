package ai.adraa.inbox.server.database.postgresql;

import java.time.Duration;
import java.util.Optional;

/**
 * Names the PostgreSQL hot standby that a node verifies from. The primary must wait for this
 * standby on every commit.
 *
 * @param url the standby's JDBC URL
 * @param name the standby's name in the primary's {@code synchronous_standby_names}; empty to use
 *     its {@code cluster_name}
 * @param lease how long the standby may be read after it was last proven to follow the primary
 */
public record StandbyOptions(String url, Optional<String> name, Duration lease) {}
