/**
 * Mail: the connection to the mail server, the form of addresses, and the mails that are stored in
 * the database until they are sent. Other packages write the texts.
 */
@NullMarked
package ai.adraa.inbox.server.mail;

import org.jspecify.annotations.NullMarked;
