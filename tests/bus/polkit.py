# SPDX-License-Identifier: LGPL-2.1-or-later
"""A stand-in for polkitd on the private bus. The test says how each action is answered, sees every
question with its subject and details, and may answer late, wrongly or not at all."""

from gi.repository import Gio, GLib

from loop import wait

NAME = "org.freedesktop.PolicyKit1"
PATH = "/org/freedesktop/PolicyKit1/Authority"
INTERFACE = "org.freedesktop.PolicyKit1.Authority"

XML = """
<node>
  <interface name="org.freedesktop.PolicyKit1.Authority">
    <method name="CheckAuthorization">
      <arg name="subject" type="(sa{sv})" direction="in"/>
      <arg name="action_id" type="s" direction="in"/>
      <arg name="details" type="a{ss}" direction="in"/>
      <arg name="flags" type="u" direction="in"/>
      <arg name="cancellation_id" type="s" direction="in"/>
      <arg name="result" type="%s" direction="out"/>
    </method>
    <method name="CancelCheckAuthorization">
      <arg name="cancellation_id" type="s" direction="in"/>
    </method>
    <signal name="Changed"/>
  </interface>
</node>
"""

YES, NO, CHALLENGE, LATE, ERROR = "yes", "no", "challenge", "late", "error"
RESULTS = {YES: (True, False), NO: (False, False), CHALLENGE: (False, True)}


class Question:
    def __init__(self, invocation, subject, action, details, flags, cancellation_id):
        self.invocation, self.subject, self.action = invocation, subject, action
        self.details, self.flags, self.cancellation_id = details, flags, cancellation_id

    def answer(self, how):
        if how == LATE:
            return
        if how == ERROR:
            self.invocation.return_dbus_error(f"{INTERFACE}.Error.Failed",
                                              "Action is not registered")
            return
        self.invocation.return_value(GLib.Variant("((bba{ss}))", ((*RESULTS[how], {}),)))


class Polkit:
    def __init__(self, connection):
        self.connection = connection
        self.answers = {}  # action -> how; yes to those that are not named
        self.decide = None  # called with the question in place of that, if set
        self.questions = []
        self.cancelled = []  # cancellation ids
        self.answers_withdrawn = False  # polkitd does; a test may want to answer itself
        self.present = False
        self._object = None
        self.appear()

    def appear(self, result="(bba{ss})"):
        """With another type of `result` every answer is one that cannot be read."""
        node = Gio.DBusNodeInfo.new_for_xml(XML % result)
        self._result = result
        self._object = self.connection.register_object(PATH, node.interfaces[0], self._called, None,
                                                       None)
        self._own(True)

    def vanish(self):
        self.connection.unregister_object(self._object)
        self._own(False)

    def _own(self, own):
        done = []
        method, arguments = ("RequestName", GLib.Variant("(su)", (NAME, 0))) if own else \
            ("ReleaseName", GLib.Variant("(s)", (NAME,)))
        self.connection.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", method, arguments,
                             None, Gio.DBusCallFlags.NONE, -1, None,
                             lambda source, result: done.append(source.call_finish(result)))
        wait(lambda: done, "the bus answers")

    def _called(self, connection, sender, path, interface, method, parameters, invocation):
        if method == "CancelCheckAuthorization":
            self.cancelled.append(parameters.unpack()[0])
            invocation.return_value(None)
            for question in self.questions if self.answers_withdrawn else ():
                if question.cancellation_id == self.cancelled[-1]:
                    question.answer(ERROR)
            return
        question = Question(invocation, *parameters.unpack())
        self.questions.append(question)
        if self._result != "(bba{ss})":
            invocation.return_value(GLib.Variant(f"({self._result})", ("yes",)))
            return
        how = self.decide(question) if self.decide else None
        question.answer(how or self.answers.get(question.action.rsplit(".", 1)[-1], YES))

    def change(self):
        """Says what polkitd says when a session, a rule or an authorization has changed."""
        self.connection.emit_signal(None, PATH, INTERFACE, "Changed", None)

    def asked(self, action):
        """Waits for a question about the action (its last word) and returns the newest."""
        wait(lambda: any(q.action.endswith("." + action) for q in self.questions),
             f"polkit is asked about {action}")
        return [q for q in self.questions if q.action.endswith("." + action)][-1]
