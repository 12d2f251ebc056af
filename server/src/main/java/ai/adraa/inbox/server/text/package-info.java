/** What text from users may contain, and how it is printed. */
@NullMarked
package ai.adraa.inbox.server.text;

import org.jspecify.annotations.NullMarked;
