/**
 * The audit trail: events, and the store that only adds them. An event is written in the
 * transaction of what it records.
 */
@NullMarked
package ai.adraa.inbox.server.audit;

import org.jspecify.annotations.NullMarked;
