"""The course folder's settings: nbgrader reads them from where it is started."""

c = get_config()  # noqa: F821  (nbgrader defines it)
c.CourseDirectory.course_id = "neural-networks"
