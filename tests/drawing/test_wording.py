from latentmaps.drawing import wording


def test_a_face_becomes_an_image_in_every_form() -> None:
    text = "Faces, a face, test faces; fetch_faces stays, and so does the surface."
    expected = "Images, a image, test images; fetch_faces stays, and so does the surface."
    assert wording.say_images(text) == expected.replace("a image", "an image")


def test_only_the_visible_text_of_a_page_changes() -> None:
    page = (
        '<h2 id="faces"><a href="#faces">Faces</a></h2><style>.face { }</style>'
        '<img alt="a face" src="face.png"><code>data/faces</code> <p>the face of 2 faces</p>'
        "<script>const face = 1</script>"
    )
    assert wording.say_images_on_page(page) == (
        '<h2 id="faces"><a href="#faces">Images</a></h2><style>.face { }</style>'
        '<img alt="an image" src="face.png"><code>data/faces</code> <p>the image of 2 images</p>'
        "<script>const face = 1</script>"
    )
