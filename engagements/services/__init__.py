"""The verbs of the app. Each is a keyword-only function that takes `actor`, asks permission and owns its transaction.

needs        create_need, change_need, submit_need, find_institution
invitations  invite_agency (draft and send), draft_invitation, send_invitation, change_invitation,
             answer_invitation (accept, accept_part, counter, decline), nominate_expert, release_seats,
             confirm_nomination, withdraw_nomination
opening      open_engagement (from a staffed need: participations, agreements, one addendum per agency)
addenda      change_addendum, sign_addendum, terms_digest
reports      save_report, submit_report, return_report, accept_report, ask_extension, decide_extension

What is only a move of a lifecycle is carried out by `engagements.lifecycles.<TABLE>.apply(obj, verb, actor=...)`:
NEED validate, return, staff, staff_partly, withdraw, mark_unmet; INVITATION agree, send_again, withdraw;
ENGAGEMENT prepare, start, complete, close, cancel; REPORT waive.
"""
