/**
 * The audit trail: the events and the store, which only adds them. An event is written in the
 * transaction of the change that it describes.
 */
@NullMarked
package ai.adraa.inbox.server.audit;

import org.jspecify.annotations.NullMarked;
