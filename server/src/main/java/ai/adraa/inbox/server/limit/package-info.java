/** Limits of rate, as operators write them and as token buckets. */
@NullMarked
package ai.adraa.inbox.server.limit;

import org.jspecify.annotations.NullMarked;
