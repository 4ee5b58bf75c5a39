"""Upload: files in, in four steps of which none changes anything before the last; then every file that is loaded."""

import streamlit as st

from data.chosen import own_store
from pages.parts import demonstration, history, states, templates, uploading
from pages.parts.identity import current_user
from pages.parts.release import current_view

store, user = own_store(), current_user()
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="xsmall"):
    st.title("Upload", anchor=False, width="content")
    demonstration.mark(current_view())

if user.may_publish:
    st.markdown(":gray[:small[Nothing changes until you publish. Every step can be undone until then.]]")
    uploading.done()
    uploading.steps(store, user)
    templates.show()
    states.folders()
else:
    uploading.forget()
    states.may_not_publish()
history.show(store.view(), user)
