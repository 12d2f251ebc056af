package ai.adraa.inbox.server.database.postgresql;

import java.time.Duration;
import java.util.Optional;

/**
 * A hot standby of PostgreSQL, for which the primary waits at each commit.
 *
 * @param url its JDBC URL
 * @param name by which the primary waits for it; empty for its cluster_name
 * @param lease how long it is read from after it was last seen to follow the primary
 */
public record StandbyOptions(String url, Optional<String> name, Duration lease) {}
